/* Bad input: each its own clear error. */
#include "scenarios.h"

static ons_error_t *try_config(const char *address, const char *key, const char *value) {
    ons_config_t *made = config(address, "GID_errors_c");
    OK(ons_config_set(made, ONS_CSTR(key), ONS_CSTR(value)));
    ons_producer_t *producer = NULL;
    ons_error_t *error = ons_producer_new(made, &producer);
    ons_config_free(made);
    CHECK((error == NULL) == (producer != NULL));
    ons_producer_free(producer);
    return error;
}

static ons_error_t *try_send(ons_producer_t *producer, const char *topic, size_t body_len,
                             const char *property, const char *value) {
    uint8_t *body = calloc(body_len + 1, 1);
    ons_message_t *message = NULL;
    OK(ons_message_new(ONS_CSTR(topic), body, body_len, &message));
    free(body);
    if (property != NULL) {
        OK(ons_message_set_property(message, ONS_CSTR(property), ONS_CSTR(value)));
    }
    ons_error_t *error = ons_producer_send(producer, message, NULL);
    ons_message_free(message);
    return error;
}

static void configuration(const char *address) {
    FAILS(try_config(address, "SendMsgTimeoutMillis", "soon"), ONS_CODE_CONFIGURATION,
          "SendMsgTimeoutMillis has the value `soon`");
    FAILS(try_config(address, "maxCachedMessageAmount", "99"), ONS_CODE_CONFIGURATION,
          "from 100 to 50000");
    FAILS(try_config(address, "SendMsgTimeout", "1000"), ONS_CODE_CONFIGURATION,
          "did you mean SendMsgTimeoutMillis");
    FAILS(try_config(address, "AccessKey", "only"), ONS_CODE_CONFIGURATION, "SecretKey is not");
    FAILS(try_config(address, "NAMESRV_ADDR", "nowhere"), ONS_CODE_CONFIGURATION, "host:port");
    ons_config_t *made = ons_config_new();
    OK(ons_config_set(made, ONS_STR("NAMESRV_ADDR"), ONS_CSTR(address)));
    ons_consumer_t *consumer = NULL;
    FAILS(ons_consumer_new(made, &consumer), ONS_CODE_CONFIGURATION, "GROUP_ID is missing");
    FAILS(ons_config_set(made, "\xff", 1, "", 0), ONS_CODE_INVALID_ARGUMENT, "not UTF-8");
    FAILS(ons_config_set(made, NULL, 3, "", 0), ONS_CODE_INVALID_ARGUMENT, "`key` is NULL");
    FAILS(ons_config_set(NULL, "k", 1, "", 0), ONS_CODE_INVALID_ARGUMENT, "`config` is NULL");
    ons_config_free(made);
}

static void messages(const char *address, const char *topic) {
    ons_producer_t *producer = start_producer(address, "GID_errors_c");
    FAILS(try_send(producer, "bad topic!", 1, NULL, NULL), ONS_CODE_ILLEGAL_MESSAGE,
          "topic `bad topic!`");
    char long_topic[300];
    memset(long_topic, 't', sizeof long_topic - 1);
    long_topic[sizeof long_topic - 1] = 0;
    FAILS(try_send(producer, long_topic, 1, NULL, NULL), ONS_CODE_ILLEGAL_MESSAGE, "255");
    FAILS(try_send(producer, "", 1, NULL, NULL), ONS_CODE_ILLEGAL_MESSAGE, "topic ``");
    FAILS(try_send(producer, topic, 0, NULL, NULL), ONS_CODE_ILLEGAL_MESSAGE, "body is empty");
    FAILS(try_send(producer, topic, 4194305, NULL, NULL), ONS_CODE_ILLEGAL_MESSAGE, "4194304");
    FAILS(try_send(producer, topic, 1, "UNIQ_KEY", "x"), ONS_CODE_ILLEGAL_MESSAGE,
          "keeps for itself");
    FAILS(try_send(producer, topic, 1, "", "x"), ONS_CODE_ILLEGAL_MESSAGE, "empty name");
    FAILS(try_send(producer, topic, 1, "k", ""), ONS_CODE_ILLEGAL_MESSAGE, "empty value");
    FAILS(try_send(producer, topic, 1, "k", "\x02"), ONS_CODE_ILLEGAL_MESSAGE, "U+0001 or U+0002");
    char *large = malloc(32001);
    memset(large, 'v', 32000);
    large[32000] = 0;
    FAILS(try_send(producer, topic, 1, "k", large), ONS_CODE_ILLEGAL_MESSAGE, "32000");
    free(large);
    OK(ons_producer_shutdown(producer));
    OK(ons_producer_shutdown(producer));
    FAILS(try_send(producer, topic, 1, NULL, NULL), ONS_CODE_CLOSED, "shut down");
    FAILS(ons_producer_start(producer), ONS_CODE_CLOSED, "make a new one");
    ons_producer_free(producer);
}

static void states(const char *address, const char *topic) {
    ons_config_t *made = config(address, "GID_errors_c");
    ons_producer_t *producer = NULL;
    OK(ons_producer_new(made, &producer));
    FAILS(try_send(producer, topic, 1, NULL, NULL), ONS_CODE_NOT_STARTED, "call start first");
    CHECK(!ons_producer_is_started(producer) && !ons_producer_is_closed(producer));
    OK(ons_producer_start(producer));
    OK(ons_producer_start(producer));
    CHECK(ons_producer_is_started(producer));
    ons_producer_free(producer);

    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    FAILS(ons_consumer_subscribe(consumer, ONS_STR("a topic"), ONS_STR("*"), NULL, NULL, NULL),
          ONS_CODE_INVALID_ARGUMENT, "a topic");
    FAILS(ons_consumer_subscribe(consumer, ONS_CSTR(topic), ONS_STR("||"), NULL, NULL, NULL),
          ONS_CODE_INVALID_ARGUMENT, "names no tag");
    OK(ons_consumer_shutdown(consumer));
    FAILS(ons_consumer_start(consumer), ONS_CODE_CLOSED, "make a new one");
    FAILS(ons_consumer_set_credentials(consumer, ONS_STR("k"), ONS_STR("s"), ONS_STR("")),
          ONS_CODE_CLOSED, "make a new one");
    ons_consumer_free(consumer);

    FAILS(ons_producer_start(NULL), ONS_CODE_INVALID_ARGUMENT, "`producer` is NULL");
    FAILS(ons_producer_send(NULL, NULL, NULL), ONS_CODE_INVALID_ARGUMENT, "`producer` is NULL");
    FAILS(ons_delivery_complete(NULL, 0), ONS_CODE_INVALID_ARGUMENT, "`delivery` is NULL");
    FAILS(ons_deliveries_complete(NULL, 1, 0), ONS_CODE_INVALID_ARGUMENT, "`deliveries` is NULL");
    OK(ons_deliveries_complete(NULL, 0, 0));
    ons_deliveries_free(NULL, 1);
    CHECK(!ons_producer_has_room(NULL, 1));
    ons_error_free(NULL);
    ons_message_free(NULL);
    ons_producer_free(NULL);
    ons_consumer_free(NULL);
    CHECK(ons_error_code(NULL) == ONS_CODE_OK && ons_message_body(NULL).len == 0);
}

/* Sends to an address that is no name server: what is said, and how soon. */
static void no_server(const char *address, ons_code_t code, const char *words) {
    ons_config_t *made = config(address, "GID_errors_c");
    OK(ons_config_set(made, ONS_STR("SendMsgTimeoutMillis"), ONS_STR("1500")));
    ons_producer_t *producer = NULL;
    OK(ons_producer_new(made, &producer));
    OK(ons_producer_start(producer));
    FAILS(try_send(producer, "topic", 1, NULL, NULL), code, words);
    ons_producer_free(producer);
    ons_consumer_t *consumer = NULL;
    OK(ons_consumer_new(made, &consumer));
    ons_config_free(made);
    OK(ons_consumer_subscribe(consumer, ONS_STR("topic"), ONS_STR("*"), NULL, NULL, NULL));
    FAILS(ons_consumer_start(consumer), code, words);
    ons_consumer_free(consumer);
}

/* A server that does not speak TLS, or whose certificate nobody has vouched for. */
static void no_tls(const char *address, const char *topic) {
    ons_config_t *made = config(address, "GID_errors_c");
    OK(ons_config_set(made, ONS_STR("SendMsgTimeoutMillis"), ONS_STR("1500")));
    OK(ons_config_set(made, ONS_STR("tls.enable"), ONS_STR("true")));
    ons_producer_t *producer = NULL;
    OK(ons_producer_new(made, &producer));
    ons_config_free(made);
    OK(ons_producer_start(producer));
    FAILS(try_send(producer, topic, 1, NULL, NULL), ONS_CODE_TLS, "tls.");
    ons_producer_free(producer);
}

/* Each property, as NAME=VALUE with a value that is not allowed: the error names it. */
void properties(const char *address, char **pairs) {
    for (; *pairs != NULL; ++pairs) {
        char *value = strchr(*pairs, '=');
        CHECK(value != NULL);
        *value++ = '\0';
        FAILS(try_config(address, *pairs, value), ONS_CODE_CONFIGURATION, *pairs);
    }
    printf("each property is known\n");
}

void errors(const char *address, const char *topic, const char *refused, const char *http) {
    configuration(address);
    messages(address, topic);
    states(address, topic);
    no_tls(address, topic);
    no_server("no-such-host.invalid:9876", ONS_CODE_NAME_SERVER_UNREACHABLE, "no-such-host");
    no_server(refused, ONS_CODE_NAME_SERVER_UNREACHABLE, "refused");
    no_server(http, ONS_CODE_PROTOCOL, "does not speak RocketMQ");
    printf("each its own error\n");
}

/* No route, and a broker that refuses: on a server that does not make topics by itself. */
void refusals(const char *address, const char *topic) {
    ons_producer_t *producer = start_producer(address, "GID_refusals_c");
    FAILS(try_send(producer, topic, 1, NULL, NULL), ONS_CODE_NO_ROUTE, "create it");
    ons_producer_free(producer);
    printf("refused\n");
}

/* A broker that says that it is busy, for longer than a send may take. */
void busy(const char *address, const char *topic) {
    ons_config_t *made = config(address, "GID_busy_c");
    OK(ons_config_set(made, ONS_STR("SendMsgTimeoutMillis"), ONS_STR("1000")));
    ons_producer_t *producer = NULL;
    OK(ons_producer_new(made, &producer));
    ons_config_free(made);
    OK(ons_producer_start(producer));
    FAILS(try_send(producer, topic, 1, NULL, NULL), ONS_CODE_FLOW_CONTROL, "more slowly");
    ons_producer_free(producer);
    printf("busy\n");
}
