/* The floor: an open-loop constant-rate sender that spins until each due time, as exact as this machine allows.
 *
 * usage: floor-sender PORT RATE COUNT CONNECTIONS      prints due 0 (CLOCK_MONOTONIC, ns); request i is due at i / RATE */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static long long monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int connected(int port) {
  int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (void *)&address, sizeof address)) perror("connect"), exit(1);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

int main(int argc, char **argv) {
  if (argc != 5) return fprintf(stderr, "usage: floor-sender PORT RATE COUNT CONNECTIONS\n"), 2;
  int port = atoi(argv[1]), connections = atoi(argv[4]), idle = 0, epoll = epoll_create1(0);
  double rate = atof(argv[2]);
  long long total = atoll(argv[3]), sent = 0, answered = 0;
  int *free_fds = malloc(sizeof(int) * (size_t)connections);
  for (int i = 0; i < connections; i++) {
    int fd = free_fds[idle++] = connected(port);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
  long long start = monotonic_ns() + 50000000;
  printf("%lld\n", start);
  fflush(stdout);
  struct epoll_event events[64];
  char request[256], answer[4096];
  while (answered < total) {
    if (sent < total && idle > 0 && monotonic_ns() >= start + (long long)((double)sent * 1e9 / rate)) {
      int length = snprintf(request, sizeof request,
                            "POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\nx-seq: %lld\r\n"
                            "content-length: 23\r\n\r\n{\"instances\":[[1,2,3]]}", sent++);
      if (write(free_fds[--idle], request, (size_t)length) < 0) perror("write");
      continue;
    }
    int ready = epoll_wait(epoll, events, 64, 0);
    for (int i = 0; i < ready; i++) {
      if (read(events[i].data.fd, answer, sizeof answer) <= 0) continue;
      answered++;
      free_fds[idle++] = events[i].data.fd;
    }
  }
  return 0;
}
