/*
 * What goes wrong on purpose: a broker is busy, the send goes to another one, and the dev
 * server tells that it got two. Then its broker dies and comes back with its messages.
 *
 *     faults
 */
#include "common.h"

/* Prints what the server answers to a command. */
static void control(ons_dev_server_t *server, const char *command) {
    ons_text_t *answer = NULL;
    check(ons_dev_server_control(server, ONS_CSTR(command), &answer));
    printf("%s\n    %.*s\n", command, TEXT(ons_text_view(answer)));
    ons_text_free(answer);
}

static void send(ons_view_t address) {
    ons_config_t *config = make_config(address, "GID_faults");
    check(ons_config_set(config, ONS_STR("SendMsgTimeoutMillis"), ONS_STR("1000")));
    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);
    check(ons_producer_start(producer));
    ons_message_t *message = make_message("orders", "paid");
    check(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
    check(ons_producer_shutdown(producer));
    ons_producer_free(producer);
}

int main(void) {
    ons_config_t *options = ons_config_new();
    check(ons_config_set(options, ONS_STR("brokers"), ONS_STR("2")));
    ons_dev_server_t *server = NULL;
    check(ons_dev_server_start(options, &server));
    ons_config_free(options);

    control(server, "{\"add_fault\": {\"code\": \"SEND\", \"topic\": \"orders\", \"count\": 1, "
                    "\"fault\": {\"answer\": {\"code\": \"SYSTEM_BUSY\"}}}}");
    send(ons_dev_server_namesrv_addr(server));
    control(server, "{\"received\": {\"code\": \"SEND\", \"topic\": \"orders\"}}");
    control(server, "{\"kill_broker\": {\"broker\": \"broker-a\"}}");
    control(server, "\"info\"");
    control(server, "{\"restart_broker\": {\"broker\": \"broker-a\", \"keep_data\": true}}");
    ons_dev_server_free(server);
    return 0;
}
