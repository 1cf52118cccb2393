# What a comment that begins with `first` may call.

# Submit a job that runs until `batchyard list` has shown it.
until_listed() {
  rm -f listed
  batchyard submit --image busybox -- sh -c "until test -e '$PWD/listed'; do sleep 0.1; done"
  batchyard() { command batchyard "$@" && if test "$1" = list; then touch listed; fi; }
}
