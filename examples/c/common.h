/* What the examples share: the end at an error, the server, and waiting for a listener. */
#ifndef COMMON_H
#define COMMON_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "onsmq.h"

/* Text of the library is not ended by a NUL: two arguments for printf's `%.*s`. */
#define TEXT(view) (int)(view).len, (const char *)(view).data

/* Prints an error and ends: what a real program does depends on ons_error_code(). */
static inline void check(ons_error_t *error) {
    if (error == NULL) {
        return;
    }
    fprintf(stderr, "%.*s: %.*s\n", TEXT(ons_code_name(ons_error_code(error))),
            TEXT(ons_error_message(error)));
    ons_error_free(error);
    exit(1);
}

/* Runs an example on the server that the program is given, or on a dev server. */
static inline int run(int argc, char **argv, void (*example)(ons_view_t address)) {
    if (argc > 1) {
        example((ons_view_t){(const uint8_t *)argv[1], strlen(argv[1])});
        return 0;
    }
    ons_dev_server_t *server = NULL;
    check(ons_dev_server_start(NULL, &server));
    example(ons_dev_server_namesrv_addr(server));
    ons_dev_server_free(server);
    return 0;
}

/* The properties that every producer and consumer needs. */
static inline ons_config_t *make_config(ons_view_t address, const char *group) {
    ons_config_t *config = ons_config_new();
    check(ons_config_set(config, ONS_STR("NAMESRV_ADDR"), (const char *)address.data, address.len));
    check(ons_config_set(config, ONS_STR("GROUP_ID"), ONS_CSTR(group)));
    return config;
}

static inline ons_message_t *make_message(const char *topic, const char *body) {
    ons_message_t *message = NULL;
    check(ons_message_new(ONS_CSTR(topic), (const uint8_t *)body, strlen(body), &message));
    return message;
}

/* How many messages are missing; listeners count it down on threads of their own. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t missing;
} countdown_t;

#define COUNTDOWN(count) {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, (count)}

static inline void count_down(countdown_t *countdown, size_t came) {
    pthread_mutex_lock(&countdown->mutex);
    /* A message may come twice. */
    countdown->missing -= came < countdown->missing ? came : countdown->missing;
    pthread_cond_signal(&countdown->changed);
    pthread_mutex_unlock(&countdown->mutex);
}

/* Waits until nothing is missing; after a minute without that the program ends. */
static inline void await_all(countdown_t *countdown) {
    struct timespec deadline;
    timespec_get(&deadline, TIME_UTC);
    deadline.tv_sec += 60;
    pthread_mutex_lock(&countdown->mutex);
    while (countdown->missing > 0) {
        if (pthread_cond_timedwait(&countdown->changed, &countdown->mutex, &deadline) != 0) {
            fprintf(stderr, "%zu messages did not come within a minute\n", countdown->missing);
            exit(1);
        }
    }
    pthread_mutex_unlock(&countdown->mutex);
}

#endif
