/* Lists, conditions, times, members that each get all, and names of values. */
#include "scenarios.h"

static ons_message_t *make(const char *topic, int number) {
    char text[16];
    snprintf(text, sizeof text, "%d", number);
    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), (const uint8_t *)text, strlen(text), &message));
    OK(ons_message_set_property(message, ONS_STR("number"), ONS_CSTR(text)));
    return message;
}

static void send(ons_producer_t *producer, const char *topic, int number) {
    ons_message_t *message = make(topic, number);
    OK(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
}

/* A list that was told to come again does so, and none is longer than it may be. */
static void receive_lists(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t list = 0; list < count; ++list) {
        const ons_delivery_t *delivery = deliveries[list];
        size_t length = ons_delivery_count(delivery);
        CHECK(length >= 1 && length <= 5);
        CHECK(ons_delivery_message_at(delivery, length) == NULL);
        CHECK(ons_delivery_message_at(delivery, 0) == ons_delivery_message(delivery));
        for (size_t at = 0; at < length; ++at) {
            CHECK(ons_message_id(ons_delivery_message_at(delivery, at)).len == 32);
        }
        OK(ons_delivery_complete(delivery, ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[list]);
        counter_add(userdata, length);
    }
}

void batches(const char *address, const char *topic) {
    ons_config_t *made = config(address, topic);
    OK(ons_config_set(made, ONS_STR("ConsumeMessageBatchMaxSize"), ONS_STR("5")));
    ons_consumer_t *consumer = NULL;
    OK(ons_batch_consumer_new(made, &consumer));
    ons_config_free(made);
    counter_t received = COUNTER;
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), receive_lists, &received,
                              NULL));
    OK(ons_consumer_start(consumer));
    ons_producer_t *producer = start_producer(address, topic);
    for (int at = 0; at < 53; ++at) {
        send(producer, topic, at);
    }
    CHECK(counter_wait(&received, 53, 30));
    OK(ons_consumer_shutdown(consumer));
    OK(ons_producer_shutdown(producer));
    CHECK(received.count == 53);
    ons_consumer_free(consumer);
    ons_producer_free(producer);
    printf("lists of up to five\n");
}

static void receive_numbers(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        const ons_message_t *message = ons_delivery_message(deliveries[at]);
        ons_view_t number = ons_message_property(message, ONS_STR("number"));
        CHECK(number.len == 2 && number.data[0] >= '5');
        OK(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    counter_add(userdata, count);
}

void conditions(const char *address, const char *topic) {
    ons_config_t *made = config(address, topic);
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    counter_t received = COUNTER;
    OK(ons_consumer_subscribe_sql(consumer, ONS_CSTR(topic), ONS_STR("number >= 50"),
                                  receive_numbers, &received, NULL));
    OK(ons_consumer_start(consumer));
    ons_producer_t *producer = start_producer(address, topic);
    for (int at = 0; at < 100; ++at) {
        send(producer, topic, at);
    }
    CHECK(counter_wait(&received, 50, 30));
    OK(ons_consumer_shutdown(consumer));
    OK(ons_producer_shutdown(producer));
    ons_consumer_free(consumer);
    ons_producer_free(producer);
    printf("a condition on properties\n");
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void receive_timed(void *userdata, ons_delivery_t **deliveries, size_t count) {
    for (size_t at = 0; at < count; ++at) {
        const ons_message_t *message = ons_delivery_message(deliveries[at]);
        int64_t due = ons_message_start_deliver_time(message);
        /* Brokers round to whole seconds, and count from when they stored it. */
        CHECK(due > 0 && now_ms() >= due - 1000);
        OK(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    counter_add(userdata, count);
}

void timed(const char *address, const char *topic) {
    ons_config_t *made = config(address, topic);
    OK(ons_config_set(made, ONS_STR("TimedMessageFallback"), ONS_STR("NEAREST")));
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    counter_t received = COUNTER;
    OK(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("*"), receive_timed, &received,
                              NULL));
    OK(ons_consumer_start(consumer));
    ons_producer_t *producer = NULL;
    OK(ons_producer_new(made, &producer));
    ons_config_free(made);
    OK(ons_producer_start(producer));
    ons_message_t *message = make(topic, 1);
    int64_t due = now_ms() + 5000;
    OK(ons_message_set_start_deliver_time(message, due));
    CHECK(ons_message_start_deliver_time(message) == due);
    OK(ons_producer_send(producer, message, NULL));
    OK(ons_message_set_start_deliver_time(message, due + INT64_C(50) * 24 * 3600 * 1000));
    FAILS(ons_producer_send(producer, message, NULL), ONS_CODE_ILLEGAL_MESSAGE, "40 days");
    ons_message_free(message);
    CHECK(counter_wait(&received, 1, 40));
    OK(ons_consumer_shutdown(consumer));
    OK(ons_producer_shutdown(producer));
    ons_consumer_free(consumer);
    ons_producer_free(producer);
    printf("a message of a later time\n");
}

#define TO_ALL 40

/* Which of the stream one member has got, each counted once. */
typedef struct {
    counter_t came;
    int seen[TO_ALL];
} member_t;

static void receive_of_stream(void *userdata, ons_delivery_t **deliveries, size_t count) {
    member_t *member = userdata;
    for (size_t at = 0; at < count; ++at) {
        ons_view_t text =
            ons_message_property(ons_delivery_message(deliveries[at]), ONS_STR("number"));
        char number[16] = {0};
        CHECK(text.len < sizeof number);
        memcpy(number, text.data, text.len);
        int index = atoi(number);
        OK(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
        CHECK(index < TO_ALL);
        if (index >= 0 && !member->seen[index]++) {
            counter_add(&member->came, 1);
        }
    }
}

void broadcasting(const char *address, const char *topic, const char *folder) {
    ons_consumer_t *consumers[2];
    member_t members[2] = {{COUNTER, {0}}, {COUNTER, {0}}};
    /* Makes the topic. It may come as well: where the name servers do not know the topic yet,
       consumers begin by the time, and 4.9.7 then gives the last message that is older. */
    ons_producer_t *producer = start_producer(address, topic);
    send(producer, topic, -1);
    for (int at = 0; at < 2; ++at) {
        ons_config_t *made = config(address, topic);
        OK(ons_config_set(made, ONS_STR("MessageModel"), ONS_STR("BROADCASTING")));
        OK(ons_config_set(made, ONS_STR("InstanceName"), at ? "two" : "one", 3));
        OK(ons_config_set(made, ONS_STR("LocalOffsetStoreDir"), ONS_CSTR(folder)));
        OK(ons_consumer_new(made, &consumers[at]));
        ons_config_free(made);
        OK(ons_consumer_subscribe(consumers[at], ONS_CSTR(topic), ONS_STR("*"), receive_of_stream,
                                  &members[at], NULL));
        OK(ons_consumer_start(consumers[at]));
    }
    for (int at = 0; at < TO_ALL; ++at) {
        send(producer, topic, at);
    }
    for (int at = 0; at < 2; ++at) {
        CHECK(counter_wait(&members[at].came, TO_ALL, 30));
        OK(ons_consumer_shutdown(consumers[at]));
        ons_consumer_free(consumers[at]);
    }
    OK(ons_producer_shutdown(producer));
    ons_producer_free(producer);
    printf("each of two got all\n");
}

void enumerations(void) {
    uint32_t value = 7;
    CHECK(view_is(ons_action_name(ONS_ACTION_RECONSUME_LATER), "ReconsumeLater"));
    OK(ons_action_value_of(ONS_STR("CommitMessage"), &value));
    CHECK(value == ONS_ACTION_COMMIT_MESSAGE);
    CHECK(view_is(ons_order_action_name(ONS_ORDER_ACTION_SUSPEND), "Suspend"));
    OK(ons_order_action_value_of(ONS_STR("Success"), &value));
    CHECK(value == ONS_ORDER_ACTION_SUCCESS);
    CHECK(view_is(ons_transaction_status_name(ONS_TRANSACTION_STATUS_UNKNOW), "Unknow"));
    OK(ons_transaction_status_value_of(ONS_STR("RollbackTransaction"), &value));
    CHECK(value == ONS_TRANSACTION_STATUS_ROLLBACK_TRANSACTION);
    CHECK(view_is(ons_message_model_name(ONS_MESSAGE_MODEL_BROADCASTING), "BROADCASTING"));
    OK(ons_message_model_value_of(ONS_STR("CLUSTERING"), &value));
    CHECK(value == ONS_MESSAGE_MODEL_CLUSTERING);
    FAILS(ons_action_value_of(ONS_STR("commitmessage"), &value), ONS_CODE_INVALID_ARGUMENT,
          "CommitMessage or ReconsumeLater");
    FAILS(ons_message_model_value_of(ONS_STR(""), &value), ONS_CODE_INVALID_ARGUMENT,
          "BROADCASTING or CLUSTERING");
    CHECK(ons_action_name(2).len == 0);
}
