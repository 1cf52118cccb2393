/* A job that says when it began and when it ended.
 *
 *     stamp FILE MILLISECONDS
 *
 * Appends one line to FILE, as its last act: its first moment in main and its last before the
 * write, in nanoseconds since the epoch. In between it sleeps.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long long now(void) {
  struct timespec value;
  clock_gettime(CLOCK_REALTIME, &value);
  return value.tv_sec * 1000000000LL + value.tv_nsec;
}

int main(int argc, char **argv) {
  long long began = now();
  if (argc != 3) return 2;
  int pause = atoi(argv[2]);
  struct timespec rest = {pause / 1000, (pause % 1000) * 1000000L};
  int file = open(argv[1], O_WRONLY | O_CREAT | O_APPEND, 0600);
  nanosleep(&rest, NULL);
  char line[64];
  int length = snprintf(line, sizeof line, "%lld %lld\n", began, now());
  _exit(write(file, line, length) == length ? 0 : 1);
}
