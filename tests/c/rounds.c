/* Made, started, used, shut down and freed, many times: for valgrind to look at. */
#include "scenarios.h"

static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        /* Each way to let go of a delivery; a clone lives on. */
        ons_message_t *clone = NULL;
        OK(ons_message_clone(ons_delivery_message(deliveries[at]), &clone));
        OK(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        FAILS(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE),
              ONS_CODE_INVALID_STATE, "completed before");
        const ons_delivery_t *const *again = (const ons_delivery_t *const *)deliveries + at;
        FAILS(ons_deliveries_complete(again, 1, ONS_ACTION_COMMIT_MESSAGE), ONS_CODE_INVALID_STATE,
              "completed before");
        ons_deliveries_free(deliveries + at, 1);
        CHECK(view_is(ons_message_body(clone), "round"));
        ons_message_free(clone);
    }
    counter_add(userdata, count);
}

static void sent(void *userdata, ons_send_result_t *result, ons_error_t *error) {
    OK(error);
    ons_send_result_free(result);
    counter_add(userdata, 1);
}

static void release(void *userdata) { counter_add(userdata, 1); }

static void use(const char *address, const char *topic) {
    counter_t received = COUNTER, done = COUNTER, released = COUNTER;
    ons_config_t *made = config(address, "GID_rounds_c");
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), receive, &received,
                              release));
    OK(ons_consumer_start(consumer));
    ons_producer_t *producer = start_producer(address, "GID_rounds_c");
    ons_message_t *message = NULL;
    OK(ons_message_new_borrowed(ONS_CSTR(topic), (const uint8_t *)"round", 5, release, &released,
                                &message));
    OK(ons_producer_send(producer, message, NULL));
    OK(ons_producer_send_async(producer, message, sent, &done, release));
    OK(ons_producer_send_oneway(producer, message));
    ons_message_free(message);
    CHECK(counter_wait(&received, 3, 60));
    /* The send, then its userdata. */
    CHECK(counter_wait(&done, 2, 60));
    OK(ons_consumer_shutdown(consumer));
    OK(ons_producer_shutdown(producer));
    ons_consumer_free(consumer);
    ons_producer_free(producer);
    /* Messages, and the listener's end. */
    CHECK(counter_wait(&received, 4, 10) && counter_wait(&released, 1, 10));
}

void rounds(const char *address, const char *topic, size_t count) {
    for (size_t round = 0; round < count; ++round) {
        use(address, topic);
    }
    printf("%zu rounds\n", count);
}
