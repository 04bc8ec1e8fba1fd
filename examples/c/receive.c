/* Receiving without a listener, when the program is ready for it: `receive [NAMESRV_ADDR]`. */
#include "common.h"

#define TOPIC "receive_c"
#define COUNT 20
#define MOST 10

static void send_all(const ons_producer_t *producer) {
    for (int number = 0; number < COUNT; ++number) {
        char body[16];
        snprintf(body, sizeof body, "%d", number);
        ons_message_t *message = make_message(TOPIC, body);
        check(ons_producer_send(producer, message, NULL));
        ons_message_free(message);
    }
}

/* Takes up to ten messages, waiting up to a minute for the first; says how many there were. */
static size_t receive(const ons_consumer_t *consumer) {
    ons_delivery_t *deliveries[MOST];
    size_t count = 0;
    check(ons_consumer_receive(consumer, MOST, 60000, deliveries, &count));
    if (count == 0) {
        fprintf(stderr, "no message came within a minute\n");
        exit(1);
    }
    for (size_t at = 0; at < count; ++at) {
        ons_view_t body = ons_message_body(ons_delivery_message(deliveries[at]));
        printf("received  %.*s\n", TEXT(body));
        /* Or ONS_ACTION_RECONSUME_LATER; what is freed without an answer comes again as well. */
        check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    return count;
}

static void example(ons_view_t address) {
    ons_config_t *config = make_config(address, "GID_receive_c");
    ons_consumer_t *consumer = NULL;
    check(ons_consumer_new(config, &consumer));
    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);

    /* Without a listener, messages wait until they are taken. */
    check(ons_consumer_subscribe(consumer, ONS_STR(TOPIC), ONS_STR("*"), NULL, NULL, NULL));
    check(ons_consumer_start(consumer));
    check(ons_producer_start(producer));
    send_all(producer);
    for (size_t received = 0; received < COUNT;) {
        received += receive(consumer);
    }

    check(ons_producer_shutdown(producer));
    check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
}

int main(int argc, char **argv) { return run(argc, argv, example); }
