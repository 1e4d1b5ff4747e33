#define _GNU_SOURCE  // accept4
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "CWatch.h"

// What a process sends after its greeting: signs of life, or a last word. An error is followed by its exit code.
enum { ALIVE = 'a', DONE = 'd', ERROR = 'e' };

// How long rank 0 waits for the others at the start.
enum { SECONDS_TO_MEET = 30 };

typedef struct {
    uint64_t token;
    int32_t rank;
} greeting;

typedef struct {
    int rank;
    int socket;  // -1: it is closed
    double heard;  // when, in seconds
    bool has_left;
    bool is_in_error;
} peer;

static struct {
    int rank, listener;
    uint64_t token;
    peer *peers;  // on rank 0 all others; elsewhere rank 0
    int count;
    void (*ended)(ft_watch_end, int);
    atomic_bool has_error, has_left;
    pthread_mutex_t lock;  // of `peers`
} watch = {.listener = -1, .lock = PTHREAD_MUTEX_INITIALIZER};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

int ft_watch_open(int is_local, ft_watch_place *place) {
    *place = (ft_watch_place){0};
    if (getrandom(&place->token, sizeof place->token, 0) != sizeof place->token) return errno;
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(is_local ? INADDR_LOOPBACK : INADDR_ANY);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t length = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, SOMAXCONN) != 0 || getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        return errno;
    }
    watch.listener = listener;
    place->port = ntohs(address.sin_port);
    if (is_local) {
        place->addresses[place->address_count++] = htonl(INADDR_LOOPBACK);
        return 0;
    }
    struct ifaddrs *interfaces;
    if (getifaddrs(&interfaces) != 0) return errno;
    int most = sizeof place->addresses / sizeof *place->addresses;
    for (struct ifaddrs *one = interfaces; one != NULL && place->address_count < most; one = one->ifa_next) {
        if (one->ifa_addr == NULL || one->ifa_addr->sa_family != AF_INET || one->ifa_flags & IFF_LOOPBACK) continue;
        place->addresses[place->address_count++] = ((struct sockaddr_in *)one->ifa_addr)->sin_addr.s_addr;
    }
    freeifaddrs(interfaces);
    return 0;
}

// Connects to rank 0 and greets it. Returns the socket, or -1.
static int connect_to(uint32_t host, uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = host;
    int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (peer < 0) return -1;
    int error = 0;
    if (connect(peer, (struct sockaddr *)&address, sizeof address) != 0) {
        struct pollfd wait = {.fd = peer, .events = POLLOUT};
        socklen_t length = sizeof error;
        error = errno;
        if (error == EINPROGRESS && poll(&wait, 1, 3000) == 1) {
            getsockopt(peer, SOL_SOCKET, SO_ERROR, &error, &length);
        }
    }
    greeting hello = {.token = watch.token, .rank = watch.rank};
    if (error == 0 && send(peer, &hello, sizeof hello, MSG_NOSIGNAL) == sizeof hello) return peer;
    close(peer);
    return -1;
}

static void add_peer(int rank, int descriptor) {
    watch.peers[watch.count++] = (peer){.rank = rank, .socket = descriptor, .heard = now()};
}

// Waits until all other processes have connected and greeted. Returns 0 or an error number.
static int meet_all(int others) {
    double begin = now();
    while (watch.count < others) {
        struct pollfd wait = {.fd = watch.listener, .events = POLLIN};
        if (now() - begin > SECONDS_TO_MEET) return ETIMEDOUT;
        if (poll(&wait, 1, 1000) <= 0) continue;
        int descriptor = accept4(watch.listener, NULL, NULL, SOCK_CLOEXEC);
        if (descriptor < 0) continue;
        struct timeval patience = {.tv_sec = 2};
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        greeting hello;
        bool is_known = recv(descriptor, &hello, sizeof hello, MSG_WAITALL) == (ssize_t)sizeof hello &&
                        hello.token == watch.token;
        if (is_known) {
            add_peer(hello.rank, descriptor);
        } else {
            close(descriptor);  // a stranger
        }
    }
    close(watch.listener);
    return 0;
}

static void say(char word, int code) {
    char text[2] = {word, (char)code};
    for (int i = 0; i < watch.count; i++) {
        if (watch.peers[i].socket < 0) continue;
        (void)send(watch.peers[i].socket, text, word == ERROR ? 2 : 1, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

// Reads what a peer has sent. Returns the exit code of its error, or 0.
static int listen_to(peer *one) {
    char words[256];
    ssize_t count = recv(one->socket, words, sizeof words, MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (count <= 0) {
        close(one->socket);
        one->socket = -1;
        return 0;
    }
    one->heard = now();
    for (ssize_t i = 0; i < count; i++) {
        if (one->is_in_error) return (unsigned char)words[i];
        one->has_left = one->has_left || words[i] == DONE;
        one->is_in_error = words[i] == ERROR;
    }
    return 0;
}

// Reports what ended the run, outside the lock.
static void end(ft_watch_end what, int rank_or_code) {
    pthread_mutex_unlock(&watch.lock);
    watch.ended(what, rank_or_code);
    pthread_mutex_lock(&watch.lock);
}

static void check(peer *one, double time) {
    if (one->has_left || atomic_load(&watch.has_left)) return;
    if (one->socket < 0) {
        one->has_left = true;
        end(FT_WATCH_DEAD, one->rank);
    } else if (time - one->heard > FT_WATCH_SECONDS) {
        one->has_left = true;
        end(FT_WATCH_SILENT, one->rank);
    }
}

static void *run(void *context) {
    struct pollfd *waits = context;
    double said = 0;
    while (true) {
        for (int i = 0; i < watch.count; i++) {
            waits[i] = (struct pollfd){.fd = watch.peers[i].has_left ? -1 : watch.peers[i].socket, .events = POLLIN};
        }
        poll(waits, (nfds_t)watch.count, 500);

        pthread_mutex_lock(&watch.lock);
        double time = now();
        for (int i = 0; i < watch.count; i++) {
            peer *one = &watch.peers[i];
            if (one->socket >= 0 && !one->has_left) {
                int code = listen_to(one);
                if (code != 0) {
                    one->has_left = true;
                    atomic_store(&watch.has_error, true);
                    if (watch.rank == 0) say(ERROR, code);
                    end(FT_WATCH_REPORTED, code);
                }
            }
            check(one, time);
        }
        if (time - said >= 1 && !atomic_load(&watch.has_left)) {
            say(ALIVE, 0);
            said = time;
        }
        pthread_mutex_unlock(&watch.lock);
    }
}

int ft_watch_start(
    int rank, int size, const ft_watch_place *place, void (*ended)(ft_watch_end end, int rank_or_code)) {
    watch.rank = rank;
    watch.token = place->token;
    watch.ended = ended;
    int others = rank == 0 ? size - 1 : 1;
    watch.peers = calloc((size_t)others + 1, sizeof *watch.peers);
    struct pollfd *waits = calloc((size_t)others + 1, sizeof *waits);
    if (watch.peers == NULL || waits == NULL) return ENOMEM;
    if (rank > 0) {
        int descriptor = -1;
        for (int i = 0; i < place->address_count && descriptor < 0; i++) {
            descriptor = connect_to(place->addresses[i], place->port);
        }
        if (descriptor < 0) return EHOSTUNREACH;
        add_peer(0, descriptor);
    } else {
        int error = meet_all(others);
        if (error != 0) return error;
    }
    // Signals are for the other threads.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int error = pthread_create(&thread, NULL, run, waits);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error == 0) pthread_detach(thread);
    return error;
}

void ft_watch_leave(int code) {
    pthread_mutex_lock(&watch.lock);
    say(code == 0 ? DONE : ERROR, code);
    atomic_store(&watch.has_left, true);
    pthread_mutex_unlock(&watch.lock);
}

int ft_watch_has_error(void) { return atomic_load(&watch.has_error); }
