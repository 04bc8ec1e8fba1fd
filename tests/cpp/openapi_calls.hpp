// Each method of the Open API, called as tests/tests/openapi/calls.rs calls it.
#ifndef OPENAPI_CALLS_HPP
#define OPENAPI_CALLS_HPP

#include <cstdint>

#include "onsmq.hpp"

template <typename Show> void call_all(onsmq::OpenApi &console, Show show) {
    const std::int64_t then = 1520812800000;
    const char *const id = "0A0B0C0D00002A9F0000000000000001";
    const auto topic = console.topic();
    const auto publish = console.publish();
    const auto subscription = console.subscription();
    const auto message = console.message();
    const auto consumer = console.consumer();
    const auto empower = console.empower();
    const auto trend = console.trend();
    const auto mqtt = console.mqtt();
    const auto instance = console.instance();
    show(console.region().list());
    show(topic.create("T", "inst"));
    show(topic.delete_("T"));
    show(topic.get("T"));
    show(topic.list_names());
    show(topic.list_in_page().topic("U").current_page(2).page_size(7).instance_id("inst").topic(
        "T"));
    show(topic.status("T"));
    show(publish.create("PID_a", "T"));
    show(publish.delete_("T").producer_id("PID_a"));
    show(publish.get("PID_a", "T"));
    show(publish.list().producer_id("PID_a").topic("T").instance_id("inst"));
    show(subscription.create("CID_a", "T"));
    show(subscription.delete_("CID_a", "T"));
    show(subscription.get("CID_a", "T"));
    show(subscription.list().consumer_id("CID_a").topic("T").instance_id("inst"));
    show(message.get_by_id(id, "T"));
    show(message.get_by_key("T", "键 +/=&%"));
    show(message.get_by_topic("T"));
    show(message.trace(id, "T"));
    show(consumer.accumulate("CID_a").detail(true));
    show(consumer.status("CID_a").detail(true).need_jstack(false));
    show(consumer.get_connection("CID_a"));
    show(consumer.progress("CID_a", "T"));
    show(consumer.reset_offset("CID_a", "T", 1).reset_timestamp(then));
    show(empower.create(1234567890123456789, "T", 2));
    show(empower.create_by_sub("子 账号", "T", 6));
    show(empower.delete_(7, "T"));
    show(empower.list(7, "T"));
    show(trend.topic_input_tps("T", then, then, 5, 0));
    show(trend.group_output_tps("T", then, then + 1, 10, 1));
    show(mqtt.list_group_id());
    show(mqtt.get_device_running_info("GID_m@@@设备"));
    show(mqtt.get_client_set_by_group_id("GID_m"));
    show(mqtt.get_client_set_by_topic("T").second_topic("/a/b"));
    show(mqtt.get_mqtt_connection_sum("T", "GID_m", then, then));
    show(mqtt.get_mqtt_msg_trans_task("T", "T", then, then, "PUB", "TPS")
             .second_topic("a")
             .qos(1)
             .msg_type("p2p"));
    show(instance.tunnel_switch("singleTunnel", "inst")
             .slb_url("http://slb/?a=1&b=%20")
             .force(true)
             .v_switch_id("vsw-1"));
    show(instance.list());
    show(instance.list_ids());
}

#endif
