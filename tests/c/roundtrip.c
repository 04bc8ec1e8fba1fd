/* Many messages of mixed sizes, sent in every way: each arrives with all of its parts. */
#include "scenarios.h"

#define MOST 20000

typedef struct {
    const char *topic;
    size_t count;
    counter_t sent;
    counter_t received;
    pthread_mutex_t mutex;
    char ids[MOST][33];
    unsigned char seen[MOST];
} series_t;

static series_t series = {.sent = COUNTER, .received = COUNTER, .mutex = PTHREAD_MUTEX_INITIALIZER};

static void note_sent(size_t index, ons_send_result_t *result) {
    CHECK(view_is(ons_send_result_topic(result), series.topic));
    CHECK(ons_send_result_queue_id(result) >= 0 && ons_send_result_queue_offset(result) >= 0);
    ons_view_t id = ons_send_result_message_id(result);
    CHECK(id.len == 32);
    pthread_mutex_lock(&series.mutex);
    memcpy(series.ids[index], id.data, 32);
    pthread_mutex_unlock(&series.mutex);
    ons_send_result_free(result);
    counter_add(&series.sent, 1);
}

static void sent_async(void *userdata, ons_send_result_t *result, ons_error_t *error) {
    OK(error);
    note_sent((size_t)userdata, result);
}

static void send_ten(ons_producer_t *producer, size_t first) {
    ons_message_t *messages[10];
    for (size_t at = 0; at < 10; ++at) {
        messages[at] = make_message(series.topic, first + at);
    }
    for (size_t at = 0; at < 3; ++at) {
        ons_send_result_t *result = NULL;
        OK(ons_producer_send(producer, messages[at], &result));
        note_sent(first + at, result);
    }
    for (size_t at = 3; at < 6; ++at) {
        OK(ons_producer_send_async(producer, messages[at], sent_async, (void *)(first + at), NULL));
    }
    ons_send_result_t *results[4];
    ons_error_t *errors[4];
    OK(ons_producer_send_many(producer, (const ons_message_t *const *)messages + 6, 4, results,
                              errors));
    for (size_t at = 0; at < 4; ++at) {
        OK(errors[at]);
        note_sent(first + 6 + at, results[at]);
    }
    for (size_t at = 0; at < 10; ++at) {
        ons_message_free(messages[at]);
    }
}

static void *send_share(void *producer) {
    static size_t next = 0;
    for (;;) {
        pthread_mutex_lock(&series.mutex);
        size_t first = next;
        next += 10;
        pthread_mutex_unlock(&series.mutex);
        if (first >= series.count) {
            return NULL;
        }
        send_ten(producer, first);
    }
}

static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    CHECK(userdata == &series);
    for (size_t at = 0; at < count; ++at) {
        const ons_message_t *message = ons_delivery_message(deliveries[at]);
        size_t index = check_message(message, series.topic);
        CHECK(index < series.count && ons_message_reconsume_times(message) == 0);
        pthread_mutex_lock(&series.mutex);
        CHECK(!series.seen[index]);
        series.seen[index] = 1;
        /* A message may arrive before its sender has heard that it is stored. */
        CHECK(series.ids[index][0] == 0 || view_is(ons_message_id(message), series.ids[index]));
        memcpy(series.ids[index], ons_message_id(message).data, 32);
        pthread_mutex_unlock(&series.mutex);
        OK(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
        counter_add(&series.received, 1);
    }
}

static int destroyed = 0;

static void destroy(void *userdata) {
    CHECK(userdata == &series);
    ++destroyed;
}

void roundtrip(const char *address, const char *topic, size_t count) {
    CHECK(count <= MOST && count % 10 == 0);
    series.topic = topic;
    series.count = count;
    ons_config_t *made = config(address, "GID_roundtrip_c");
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), receive, &series, destroy));
    OK(ons_consumer_start(consumer));

    ons_producer_t *producer = start_producer(address, "GID_roundtrip_c");
    pthread_t threads[8];
    for (size_t at = 0; at < 8; ++at) {
        CHECK(pthread_create(&threads[at], NULL, send_share, producer) == 0);
    }
    for (size_t at = 0; at < 8; ++at) {
        pthread_join(threads[at], NULL);
    }
    CHECK(counter_wait(&series.sent, count, 60));
    CHECK(counter_wait(&series.received, count, 60));

    OK(ons_producer_shutdown(producer));
    OK(ons_consumer_shutdown(consumer));
    CHECK(destroyed == 1 && ons_consumer_is_closed(consumer));
    CHECK(!ons_consumer_is_started(consumer) && ons_producer_is_closed(producer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
    printf("%zu messages sent and received\n", count);
}
