/* What the scenarios in C share: checks that end the program, messages that can be told apart. */
#ifndef SUPPORT_H
#define SUPPORT_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "onsmq.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* Success, or the end. */
#define OK(call)                                                                                   \
    do {                                                                                           \
        ons_error_t *error_ = (call);                                                              \
        if (error_ != NULL) {                                                                      \
            ons_view_t text_ = ons_error_message(error_);                                          \
            fprintf(stderr, "%s:%d: %s: code %d, %.*s\n", __FILE__, __LINE__, #call,               \
                    (int)ons_error_code(error_), (int)text_.len, (const char *)text_.data);        \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* Just this failure, whose text holds `words`. */
#define FAILS(call, expected, words) fails((call), (expected), (words), __FILE__, __LINE__)

void fails(ons_error_t *error, ons_code_t expected, const char *words, const char *file, int line);

int view_is(ons_view_t view, const char *text);
int view_is_bytes(ons_view_t view, const void *data, size_t len);

ons_config_t *config(const char *address, const char *group);
ons_producer_t *start_producer(const char *address, const char *group);

/* Waits until *counter is at least `wanted`, for at most `seconds`; says whether it came to be. */
typedef struct {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t count;
} counter_t;

#define COUNTER {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0}
void counter_add(counter_t *counter, size_t more);
int counter_wait(counter_t *counter, size_t wanted, int seconds);

/* Message `index` of a series: its body of `body_size` bytes, and its texts. */
size_t body_size(size_t index);
void fill_body(size_t index, uint8_t *body);
ons_message_t *make_message(const char *topic, size_t index);
/* The index of a received message, all of whose parts were looked at. */
size_t check_message(const ons_message_t *message, const char *topic);

#ifdef __cplusplus
}
#endif

#endif
