/* A loopback HTTP/1.1 server that answers every request at once, or later, and writes down when each arrived.
 *
 * usage: arrival-recorder FILE [DELAY_US [FREEZE_AT_MS FREEZE_MS]]      prints "port N" when it listens; ends on SIGTERM
 * With a delay each answer leaves that long after its request was read. With a freeze it neither reads nor answers for
 * FREEZE_MS, once, FREEZE_AT_MS after the first request, and then prints "thawed NS", the CLOCK_MONOTONIC reading.
 * FILE gets one line per request: the number of its x-seq header (-1 without one) and three CLOCK_MONOTONIC readings, in ns:
 * right after the read that completed it, right before its answer was written, and right after that (0: never). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 4 << 20, ROOM = 16384, EVENTS = 256 };

struct connection {
  int fd;
  size_t held;
  char bytes[ROOM + 1];
};

struct arrival {
  long long seq, ns, answering_ns, answered_ns;
};

struct answer {
  long long at_ns;
  struct arrival *of;
  int fd;
};

static struct answer waiting[1 << 16];
static size_t first_waiting, end_waiting;
static long long delay_ns, freeze_at_ns, freeze_ns;
static volatile sig_atomic_t stopping;
/* Beyond MOST, requests are answered and not written down. */
static struct arrival *arrivals, unrecorded;
static size_t count;

static void stop(int signal_number) {
  (void)signal_number;
  stopping = 1;
}

static long long monotonic_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void answer(int fd, struct arrival *of) {
  static const char bytes[] = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}";
  of->answering_ns = monotonic_ns();
  if (write(fd, bytes, sizeof bytes - 1) < 0 && errno != EPIPE && errno != ECONNRESET) perror("write");
  of->answered_ns = monotonic_ns();
}

/* Sends what is due and returns how long epoll may sleep, ms: 0 in the last 2 ms before an answer is due. */
static int answer_due(void) {
  while (first_waiting != end_waiting && waiting[first_waiting & 0xffff].at_ns <= monotonic_ns()) {
    struct answer next = waiting[first_waiting++ & 0xffff];
    answer(next.fd, next.of);
  }
  if (first_waiting == end_waiting) return 1000;
  long long left_ms = (waiting[first_waiting & 0xffff].at_ns - monotonic_ns()) / 1000000;
  return left_ms > 2 ? (int)left_ms - 2 : 0;
}

static void freeze_once(void) {
  if (freeze_ns == 0 || count == 0 || monotonic_ns() < arrivals[0].ns + freeze_at_ns) return;
  long long left = arrivals[0].ns + freeze_at_ns + freeze_ns - monotonic_ns();
  struct timespec rest = {left / 1000000000, left % 1000000000};
  if (left > 0) nanosleep(&rest, NULL);
  freeze_ns = 0;
  printf("thawed %lld\n", monotonic_ns());
  fflush(stdout);
}

/* Length of the first complete request in the buffer, or 0. */
static size_t complete_request(const char *bytes, size_t held, long long *seq) {
  const char *end = memmem(bytes, held, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  size_t head = (size_t)(end - bytes) + 4, body = 0;
  *seq = -1;
  for (const char *line = bytes; line < end;) {
    const char *next = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
    if (strncasecmp(line, "content-length:", 15) == 0) body = strtoul(line + 15, NULL, 10);
    if (strncasecmp(line, "x-seq:", 6) == 0) *seq = strtoll(line + 6, NULL, 10);
    line = next + 2;
  }
  return head + body <= held ? head + body : 0;
}

static void serve(int epoll, struct connection *client) {
  ssize_t got = read(client->fd, client->bytes + client->held, ROOM - client->held);
  long long now = monotonic_ns(), seq;
  if (got <= 0) {
    epoll_ctl(epoll, EPOLL_CTL_DEL, client->fd, NULL);
    close(client->fd);
    free(client);
    return;
  }
  client->held += (size_t)got;
  client->bytes[client->held] = 0;
  for (size_t length; (length = complete_request(client->bytes, client->held, &seq)) > 0;) {
    struct arrival *arrival = count < MOST ? &arrivals[count++] : &unrecorded;
    *arrival = (struct arrival){seq, now, 0, 0};
    if (delay_ns == 0) answer(client->fd, arrival);
    else waiting[end_waiting++ & 0xffff] = (struct answer){now + delay_ns, arrival, client->fd};
    client->held -= length;
    memmove(client->bytes, client->bytes + length, client->held + 1);
  }
}

/* As many connections as this system allows. */
static void raise_limit(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

static void welcome(int epoll, int listener) {
  int one = 1;
  for (int fd; (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0;) {
    struct connection *client = calloc(1, sizeof *client);
    client->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "usage: arrival-recorder FILE [DELAY_US [FREEZE_AT_MS FREEZE_MS]]\n"), 2;
  if (argc > 2) delay_ns = atoll(argv[2]) * 1000;
  if (argc > 4) freeze_at_ns = atoll(argv[3]) * 1000000, freeze_ns = atoll(argv[4]) * 1000000;
  struct sigaction on_stop = {.sa_handler = stop};
  sigaction(SIGTERM, &on_stop, NULL);
  signal(SIGPIPE, SIG_IGN); /* a client that ends under way is no failure of the server */
  raise_limit();
  arrivals = malloc(MOST * sizeof *arrivals);
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (bind(listener, (void *)&address, length) || listen(listener, 4096)) return perror("listen"), 1;
  getsockname(listener, (void *)&address, &length);
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  int epoll = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[EVENTS];
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
  while (!stopping) {
    int ready = epoll_wait(epoll, events, EVENTS, answer_due());
    freeze_once();
    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr == NULL) welcome(epoll, listener);
      else serve(epoll, events[i].data.ptr);
    }
  }
  FILE *file = fopen(argv[1], "w");
  if (file == NULL) return perror(argv[1]), 1;
  for (size_t i = 0; i < count; i++) {
    struct arrival one = arrivals[i];
    fprintf(file, "%lld %lld %lld %lld\n", one.seq, one.ns, one.answering_ns, one.answered_ns);
  }
  return fclose(file);
}
