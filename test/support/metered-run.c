/* Runs a command and writes down what it used: the whole process with all its threads, from its start to its end.
 *
 * usage: metered-run FILE COMMAND [ARGUMENT ...]      FILE gets "CPU_US PEAK_KB", user and system time together, and the
 * most memory that was resident at once. Ends as the command did. A program of its own, because the peak of a process also
 * counts what its parent held at the fork: a large parent would be charged to the command. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long long us(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: metered-run FILE COMMAND [ARGUMENT ...]\n"), 2;
  pid_t child = fork();
  if (child == 0) {
    execvp(argv[2], argv + 2);
    perror(argv[2]);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (child < 0 || wait4(child, &status, 0, &usage) < 0) return perror("metered-run"), 1;
  FILE *file = fopen(argv[1], "w");
  if (file == NULL) return perror(argv[1]), 1;
  fprintf(file, "%lld %ld\n", us(usage.ru_utime) + us(usage.ru_stime), usage.ru_maxrss);
  if (fclose(file)) return perror(argv[1]), 1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
