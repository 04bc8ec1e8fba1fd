/* Tags, several topics on one consumer, and a message that comes again. */
#include "scenarios.h"

typedef struct {
    const char *topic;
    const char *tags;
    counter_t received;
    counter_t again;
} subscription_t;

static void receive(void *userdata, ons_delivery_t **deliveries, size_t count) {
    subscription_t *subscription = userdata;
    for (size_t at = 0; at < count; ++at) {
        const ons_message_t *message = ons_delivery_message(deliveries[at]);
        CHECK(view_is(ons_message_topic(message), subscription->topic));
        ons_view_t tag = ons_message_tag(message);
        char text[16];
        snprintf(text, sizeof text, "%.*s", (int)tag.len, (const char *)tag.data);
        CHECK(strcmp(subscription->tags, "*") == 0 || strstr(subscription->tags, text) != NULL);
        uint32_t action = ONS_ACTION_COMMIT_MESSAGE;
        if (view_is(ons_message_key(message), "again")) {
            int times = ons_message_reconsume_times(message);
            CHECK(times == 0 || times == 1);
            action = times == 0 ? ONS_ACTION_RECONSUME_LATER : ONS_ACTION_COMMIT_MESSAGE;
            counter_add(&subscription->again, (size_t)times);
        }
        OK(ons_delivery_complete(deliveries[at], action));
        ons_delivery_free(deliveries[at]);
        counter_add(&subscription->received, 1);
    }
}

static void send(ons_producer_t *producer, const char *topic, const char *tag, const char *key) {
    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), (const uint8_t *)"body", 4, &message));
    OK(ons_message_set_tag(message, ONS_CSTR(tag)));
    OK(ons_message_set_key(message, ONS_CSTR(key)));
    OK(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
}

void subscriptions(const char *address, const char *topic) {
    char other[128];
    snprintf(other, sizeof other, "%s_other", topic);
    subscription_t tagged = {topic, "TagA||标签", COUNTER, COUNTER};
    subscription_t all = {other, "*", COUNTER, COUNTER};

    ons_config_t *made = config(address, "GID_subscriptions_c");
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("TagA || 标签"), receive, &tagged,
                              NULL));
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(other), ONS_STR(""), receive, &all, NULL));
    OK(ons_consumer_start(consumer));

    ons_producer_t *producer = start_producer(address, "GID_subscriptions_c");
    const char *const tags[] = {"TagA", "TagB", "标签"};
    for (size_t at = 0; at < 30; ++at) {
        send(producer, topic, tags[at % 3], "key");
        send(producer, other, tags[at % 3], "key");
    }
    send(producer, topic, "TagA", "again");
    /* The last of all shows that nothing else is on its way. */
    CHECK(counter_wait(&tagged.received, 20 + 1, 30));
    CHECK(counter_wait(&all.received, 30, 30));
    CHECK(counter_wait(&tagged.again, 1, 60));
    OK(ons_consumer_unsubscribe(consumer, ONS_CSTR(other)));
    FAILS(ons_consumer_unsubscribe(consumer, ONS_CSTR(other)), ONS_CODE_INVALID_ARGUMENT,
          "not subscribed");
    OK(ons_producer_shutdown(producer));
    OK(ons_consumer_shutdown(consumer));
    CHECK(tagged.received.count == 22 && all.received.count == 30);
    ons_producer_free(producer);
    ons_consumer_free(consumer);
    printf("tags, two topics and a retry\n");
}
