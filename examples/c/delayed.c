/* Messages that are delivered at a time: `delayed [NAMESRV_ADDR]`. */
#include "common.h"

#define TOPIC "delayed_c"

typedef struct {
    int64_t began;
    countdown_t countdown;
} watch_t;

/* Milliseconds since 1970. */
static int64_t now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static void handle(void *userdata, ons_delivery_t **deliveries, size_t count) {
    watch_t *watch = userdata;
    for (size_t at = 0; at < count; ++at) {
        ons_view_t body = ons_message_body(ons_delivery_message(deliveries[at]));
        printf("received  %.*s after %.0f s\n", TEXT(body), (double)(now() - watch->began) / 1000);
        check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    count_down(&watch->countdown, count);
}

static void send(const ons_producer_t *producer, const char *body, int64_t due) {
    ons_message_t *message = make_message(TOPIC, body);
    check(ons_message_set_start_deliver_time(message, due));
    check(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
}

/* Sends a message that is to come at once, and one in five seconds. */
static void example(ons_view_t address) {
    ons_config_t *config = make_config(address, "GID_delayed_c");
    ons_consumer_t *consumer = NULL;
    check(ons_consumer_new(config, &consumer));
    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);

    watch_t watch = {now(), COUNTDOWN(2)};
    check(ons_consumer_subscribe(consumer, ONS_STR(TOPIC), ONS_STR("*"), handle, &watch, NULL));
    check(ons_consumer_start(consumer));
    check(ons_producer_start(producer));
    send(producer, "news", 0);
    /* Brokers of 4.x have a number of delays, of which 5 s is one. With another one they refuse,
     * or take the nearest where TimedMessageFallback says so. */
    send(producer, "a reminder", now() + 5000);
    await_all(&watch.countdown);

    check(ons_producer_shutdown(producer));
    check(ons_consumer_shutdown(consumer));
    ons_producer_free(producer);
    ons_consumer_free(consumer);
}

int main(int argc, char **argv) { return run(argc, argv, example); }
