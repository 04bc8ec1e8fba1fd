/* A listener that takes its time holds up no other message: not what waited with its own, and not
 * what comes meanwhile. */
#include "scenarios.h"

typedef struct {
    counter_t begun;
    counter_t over;
} slow_t;

static int is(const ons_delivery_t *delivery, const char *body) {
    const ons_message_t *message = ons_delivery_message(delivery);
    return view_is_bytes(ons_message_body(message), body, strlen(body));
}

/* Each slow call lasts until the last message has come. */
static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    slow_t *slow = userdata;
    for (size_t at = 0; at < count; ++at) {
        if (is(deliveries[at], "last")) {
            counter_add(&slow->over, 1);
        } else if (!is(deliveries[at], "first")) {
            counter_add(&slow->begun, 1);
        }
        CHECK(!is(deliveries[at], "slow") || counter_wait(&slow->over, 1, 30));
        OK(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
}

static void send(ons_producer_t *producer, const char *topic, const char *body) {
    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), (const uint8_t *)body, strlen(body), &message));
    OK(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
}

void slow(const char *address, const char *topic) {
    slow_t state = {COUNTER, COUNTER};
    ons_config_t *made = config(address, "GID_slow_c");
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), receive, &state, NULL));
    ons_producer_t *producer = start_producer(address, "GID_slow_c");
    send(producer, topic, "first");
    OK(ons_consumer_start(consumer));
    /* So many quick ones that the listener is taken for a quick one. */
    size_t begun = 0;
    for (size_t at = 0; at < 100; ++at) {
        send(producer, topic, "quick");
        ++begun;
        CHECK(counter_wait(&state.begun, begun, 30));
    }
    for (size_t at = 0; at < 3; ++at) {
        send(producer, topic, "slow");
        CHECK(counter_wait(&state.begun, ++begun, 30));
    }
    send(producer, topic, "last");
    CHECK(counter_wait(&state.over, 1, 30));
    OK(ons_producer_shutdown(producer));
    OK(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
    printf("three slow calls hold up nothing\n");
}
