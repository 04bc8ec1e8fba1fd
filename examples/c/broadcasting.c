/* Each member of a group gets all messages: `broadcasting [NAMESRV_ADDR]`. */
#define _XOPEN_SOURCE 700 /* mkdtemp and nftw */
#include <ftw.h>

#include "common.h"

#define TOPIC "broadcasting_c"

typedef struct {
    const char *name;
    countdown_t *countdown;
    ons_consumer_t *consumer;
} member_t;

static void handle(void *userdata, ons_delivery_t **deliveries, size_t count) {
    member_t *member = userdata;
    for (size_t at = 0; at < count; ++at) {
        ons_view_t body = ons_message_body(ons_delivery_message(deliveries[at]));
        printf("%s received  %.*s\n", member->name, TEXT(body));
        check(ons_delivery_complete(deliveries[at], ONS_ACTION_COMMIT_MESSAGE));
        ons_delivery_free(deliveries[at]);
    }
    count_down(member->countdown, count);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place) {
    (void)status, (void)type, (void)place;
    return remove(path);
}

/* Two members, one message. */
static void example(ons_view_t address) {
    /* Each member keeps in a file how far it is. A real program has a folder that stays. */
    char folder[] = "/tmp/onsmq-offsets-XXXXXX";
    if (mkdtemp(folder) == NULL) {
        perror(folder);
        exit(1);
    }
    ons_config_t *config = make_config(address, "GID_broadcasting_c");
    check(ons_config_set(config, ONS_STR("MessageModel"), ONS_STR("BROADCASTING")));
    check(ons_config_set(config, ONS_STR("LocalOffsetStoreDir"), ONS_CSTR(folder)));
    countdown_t countdown = COUNTDOWN(2);
    member_t members[] = {{"first", &countdown, NULL}, {"second", &countdown, NULL}};
    for (size_t at = 0; at < 2; ++at) {
        check(ons_consumer_new(config, &members[at].consumer));
        check(ons_consumer_subscribe(members[at].consumer, ONS_STR(TOPIC), ONS_STR("news"), handle,
                                     &members[at], NULL));
        check(ons_consumer_start(members[at].consumer));
    }
    ons_producer_t *producer = NULL;
    check(ons_producer_new(config, &producer));
    ons_config_free(config);
    check(ons_producer_start(producer));

    ons_message_t *message = make_message(TOPIC, "hello to all");
    check(ons_message_set_tag(message, ONS_STR("news")));
    check(ons_producer_send(producer, message, NULL));
    ons_message_free(message);
    await_all(&countdown);

    check(ons_producer_shutdown(producer));
    ons_producer_free(producer);
    for (size_t at = 0; at < 2; ++at) {
        check(ons_consumer_shutdown(members[at].consumer));
        ons_consumer_free(members[at].consumer);
    }
    if (nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0) {
        perror(folder);
        exit(1);
    }
}

int main(int argc, char **argv) { return run(argc, argv, example); }
