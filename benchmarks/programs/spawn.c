/* The floor of starting processes: posix_spawn and waitpid of a program, so many at a time.
 *
 *     spawn COUNT WIDTH PROGRAM
 *
 * Prints the CPU seconds of this process and of its children together, and the seconds it took.
 */
#define _GNU_SOURCE
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double seconds(struct timeval value) { return value.tv_sec + value.tv_usec / 1e6; }

static double cpu(int who) {
  struct rusage usage;
  getrusage(who, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

static double now(void) {
  struct timespec value;
  clock_gettime(CLOCK_MONOTONIC, &value);
  return value.tv_sec + value.tv_nsec / 1e9;
}

static void reap(void) {
  int status;
  if (wait(&status) < 0 || status != 0) {
    fprintf(stderr, "a child failed\n");
    exit(1);
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  int count = atoi(argv[1]), width = atoi(argv[2]), living = 0;
  char *command[] = {argv[3], NULL};
  double began = now();
  for (int started = 0; started < count; started++) {
    pid_t pid;
    if (living == width) {
      reap();
      living--;
    }
    if (posix_spawn(&pid, argv[3], NULL, NULL, command, environ) != 0) return 1;
    living++;
  }
  while (living-- > 0) reap();
  printf("%.6f %.6f\n", cpu(RUSAGE_SELF) + cpu(RUSAGE_CHILDREN), now() - began);
  return 0;
}
