//! The one table of operations (`openapi.json`): what is checked, what is retried, the typed
//! methods and their documentation all come from it.
//!
//! A row of an operation is: method, type of the request, name, whether it changes something, what
//! its answer holds, and text; then the parameters that it needs, and those that it takes. A row of
//! a parameter is: argument, kind, name, the values that are allowed if not all are, and text.

/// Calls a macro with the table.
macro_rules! operations {
    ($with:ident) => {
        $with! {
            region Region "Regions." {
                list RegionList "region/list" Read Json
                    "List the region ids; the ids it returns are used as _regionId in every other call."
                    ()
                    ()
            }
            topic Topic "Topics." {
                create TopicCreate "topic/create" Write Nothing
                    "Create a topic in the target region. Topic names are global: a second create fails (BIZ_TOPIC_EXISTED)."
                    (
                        topic Name "topic" [] "Topic to create."
                        instance_id Name "instanceId" [] "Instance (cluster) that the topic is created in."
                    )
                    ()
                delete TopicDelete "topic/delete" Write Nothing
                    "Delete a topic, and with it every publish and subscribe relation on it. Slow on the server; do not re-create at once."
                    (
                        topic Name "topic" [] "Topic to delete."
                    )
                    ()
                get TopicGet "topic/get" Read Json
                    "Metadata of one topic: owner, status and the like."
                    (
                        topic Name "topic" [] "Topic to look up."
                    )
                    ()
                list_names TopicListNames "topic/listNames" Read Json
                    "Names of all topics of the account."
                    ()
                    ()
                list_in_page TopicListInPage "topic/listInPage" Read Json
                    "Topics of the account, page by page."
                    ()
                    (
                        topic Name "topic" [] "Only this topic."
                        current_page Page "currentPage" [] "Page to return."
                        page_size Page "pageSize" [] "Topics on a page."
                        instance_id Name "instanceId" [] "Only topics of this instance."
                    )
                status TopicStatus "topic/status" Read Json
                    "Queues of a topic and the number of messages in each."
                    (
                        topic Name "topic" [] "Topic to look up."
                    )
                    ()
            }
            publish Publish "Producer ids (PID) and the topics that they publish to." {
                create PublishCreate "publish/create" Write Nothing
                    "Register a producer id (PID) for a topic. One PID a topic is enough; applications may share it."
                    (
                        producer_id Name "ProducerId" [] "PID to register (this operation alone spells it with a capital P)."
                        topic Name "topic" [] "Topic published to; must exist."
                    )
                    ()
                delete PublishDelete "publish/delete" Write Nothing
                    "Remove a publish relation; it must exist."
                    (
                        topic Name "topic" [] "Topic of the relation."
                    )
                    (
                        producer_id Name "producerId" [] "PID to remove."
                    )
                get PublishGet "publish/get" Read Json
                    "One publish relation."
                    (
                        producer_id Name "producerId" [] "PID."
                        topic Name "topic" [] "Topic of the relation."
                    )
                    ()
                list PublishList "publish/list" Read Json
                    "Publish relations."
                    ()
                    (
                        producer_id Name "producerId" [] "PID."
                        topic Name "topic" [] "Topic."
                        instance_id Name "instanceId" [] "Only this instance."
                    )
            }
            subscription Subscription "Consumer ids (CID) and the topics that they subscribe to." {
                create SubscriptionCreate "subscription/create" Write Nothing
                    "Register a consumer id (CID) for a topic."
                    (
                        consumer_id Name "consumerId" [] "CID to register."
                        topic Name "topic" [] "Topic subscribed to."
                    )
                    ()
                delete SubscriptionDelete "subscription/delete" Write Nothing
                    "Remove a subscription."
                    (
                        consumer_id Name "consumerId" [] "CID to remove."
                        topic Name "topic" [] "Topic of the subscription."
                    )
                    ()
                get SubscriptionGet "subscription/get" Read Json
                    "One subscription."
                    (
                        consumer_id Name "consumerId" [] "CID."
                        topic Name "topic" [] "Topic."
                    )
                    ()
                list SubscriptionList "subscription/list" Read Json
                    "Subscriptions."
                    ()
                    (
                        consumer_id Name "consumerId" [] "CID."
                        topic Name "topic" [] "Topic."
                        instance_id Name "instanceId" [] "Only this instance."
                    )
            }
            message Message "Stored messages." {
                get_by_id MessageGetById "message/getById" Read Json
                    "Metadata of a stored message, by message id."
                    (
                        msg_id Text "msgId" [] "Message id."
                        topic Name "topic" [] "Topic of the message."
                    )
                    ()
                get_by_key MessageGetByKey "message/getByKey" Read Json
                    "Metadata of stored messages, by message key."
                    (
                        topic Name "topic" [] "Topic."
                        key Text "key" [] "Message key."
                    )
                    ()
                get_by_topic MessageGetByTopic "message/getByTopic" Read Json
                    "Metadata of stored messages of a topic. Large; the vendor advises against it."
                    (
                        topic Name "topic" [] "Topic."
                    )
                    ()
                trace MessageTrace "message/trace" Read Json
                    "Whether a message has been consumed. Judged from offsets, so a reset offset changes the answer."
                    (
                        msg_id Text "msgId" [] "Message id."
                        topic Name "topic" [] "Topic."
                    )
                    ()
            }
            consumer Consumer "What consumer groups do." {
                accumulate ConsumerAccumulate "consumer/accumulate" Read Json
                    "Backlog of a consumer group: unconsumed messages and delay."
                    (
                        consumer_id Name "consumerId" [] "CID."
                    )
                    (
                        detail Bool "detail" [] "Also per queue."
                    )
                status ConsumerStatus "consumer/status" Read Json
                    "State of a consumer group: subscription consistency, consume TPS, balance, connections. Slow."
                    (
                        consumer_id Name "consumerId" [] "CID."
                    )
                    (
                        detail Bool "detail" [] "Also per queue."
                        need_jstack Bool "needJstack" [] "Also the clients' stack dumps."
                    )
                get_connection ConsumerGetConnection "consumer/getConnection" Read Json
                    "Clients of a consumer group that are connected now."
                    (
                        consumer_id Name "consumerId" [] "CID."
                    )
                    ()
                progress ConsumerProgress "consumer/progress" Read Json
                    "Offsets of a consumer group in each queue of a topic."
                    (
                        consumer_id Name "consumerId" [] "CID."
                        topic Name "topic" [] "Topic."
                    )
                    ()
                reset_offset ConsumerResetOffset "consumer/resetoffset" Write Json
                    "Move a group's offsets: drop the backlog, or go to a time. Skipped messages are not delivered."
                    (
                        consumer_id Name "consumerId" [] "CID."
                        topic Name "topic" [] "Topic."
                        kind Int32 "type" ["0" "1"] "0: skip everything stored; 1: move to resetTimestamp."
                    )
                    (
                        reset_timestamp Int64 "resetTimestamp" [] "Ms since the epoch; only with type 1."
                    )
            }
            empower Empower "Grants on topics to other accounts." {
                create EmpowerCreate "empower/create" Write Nothing
                    "Grant another main account rights on a topic. Only the owner may."
                    (
                        empower_user Int64 "empowerUser" [] "User id of the account."
                        topic Name "topic" [] "Topic; must belong to the caller."
                        relation Int32 "relation" ["2" "4" "6"] "2: publish, 4: subscribe, 6: both."
                    )
                    ()
                create_by_sub EmpowerCreateBySub "empower/createBySub" Write Nothing
                    "Grant a sub-account of the owner rights on a topic."
                    (
                        empower_user User "empowerUser" [] "The sub-account (the document types it Long and calls it a name: accept digits or a name)."
                        topic Name "topic" [] "Topic; must belong to the caller."
                        relation Int32 "relation" ["2" "4" "6"] "2: publish, 4: subscribe, 6: both."
                    )
                    ()
                delete EmpowerDelete "empower/delete" Write Nothing
                    "Revoke a grant; it must exist."
                    (
                        empower_user Int64 "empowerUser" [] "User id; a sub-account's id too."
                        topic Name "topic" [] "Topic; must belong to the caller."
                    )
                    ()
                list EmpowerList "empower/list" Read Json
                    "Grants on a topic: to whom, and which."
                    (
                        empower_user Int64 "empowerUser" [] "User id; a sub-account's id too."
                        topic Name "topic" [] "Topic; must belong to the caller."
                    )
                    ()
            }
            trend Trend "Messages over time." {
                topic_input_tps TrendTopicInputTps "trend/topicInputTps" Read Json
                    "Messages written to a topic over time."
                    (
                        topic Name "topic" [] "Topic."
                        begin_time Int64 "beginTime" [] "Ms since the epoch."
                        end_time Int64 "endTime" [] "Ms since the epoch."
                        period Int64 "period" ["1" "5" "10"] "Sampling period in minutes."
                        kind Int32 "type" ["0" "1"] "0: totals, 1: TPS."
                    )
                    ()
                group_output_tps TrendGroupOutputTps "trend/groupOutputTps" Read Json
                    "Messages consumed by a group over time. The document describes it by consumer group, but its parameter table has topic."
                    (
                        topic Name "topic" [] "Topic."
                        begin_time Int64 "beginTime" [] "Ms since the epoch."
                        end_time Int64 "endTime" [] "Ms since the epoch."
                        period Int64 "period" ["1" "5" "10"] "Sampling period in minutes."
                        kind Int32 "type" ["0" "1"] "0: totals, 1: TPS."
                    )
                    ()
            }
            mqtt Mqtt "MQTT clients." {
                list_group_id MqttListGroupId "mqtt/listGroupId" Read Json
                    "MQTT group ids of the account."
                    ()
                    ()
                get_device_running_info MqttGetDeviceRunningInfo "mqtt/getDeviceRunningInfo" Read Json
                    "Subscriptions and online state of one MQTT client."
                    (
                        client_id Text "clientId" [] "MQTT client id."
                    )
                    ()
                get_client_set_by_group_id MqttGetClientSetByGroupId "mqtt/getClientSetByGroupId" Read Json
                    "Number of clients of an MQTT group that are online."
                    (
                        group_id Name "groupId" [] "MQTT group id."
                    )
                    ()
                get_client_set_by_topic MqttGetClientSetByTopic "mqtt/getClientSetByTopic" Read Json
                    "Number of online clients subscribed to a topic."
                    (
                        first_topic Name "firstTopic" [] "First-level topic."
                    )
                    (
                        second_topic Text "secondTopic" [] "Sub-topic, where there is one."
                    )
                get_mqtt_connection_sum MqttGetMqttConnectionSum "mqtt/getMqttConnectionSum" Read Json
                    "History of the number of online clients of a group."
                    (
                        first_topic Name "firstTopic" [] "First-level topic."
                        group_id Name "groupId" [] "MQTT group id."
                        begin_time Int64 "beginTime" [] "Ms; at most one week ago."
                        end_time Int64 "endTime" [] "Ms; not after now."
                    )
                    ()
                get_mqtt_msg_trans_task MqttGetMqttMsgTransTask "mqtt/getMqttMsgTransTask" Read Json
                    "History of messages sent or received on a topic."
                    (
                        first_topic Name "firstTopic" [] "First-level topic."
                        topic Name "topic" [] "First-level topic (the document lists both)."
                        begin_time Int64 "beginTime" [] "Ms; at most one week ago."
                        end_time Int64 "endTime" [] "Ms; not after now."
                        query_type Text "queryType" ["PUB" "SUB"] "PUB: sent, SUB: received."
                        console_type Text "consoleType" ["TPS" "SUM"] "TPS: rate, SUM: totals."
                    )
                    (
                        second_topic Text "secondTopic" [] "Sub-topic, where there is one."
                        qos Int32 "qos" [] "Only this QoS."
                        msg_type Text "msgType" ["p2p" "sub"] "P2p: point to point, sub: publish/subscribe."
                    )
            }
            instance Instance "Instances (clusters)." {
                tunnel_switch InstanceTunnelSwitch "vpcTunnel/tunnelSwitch" Write Json
                    "Switch the VPC network type of an instance: new virtual IPs for its brokers and name servers. Every client of the instance must then use the returned address as NAMESRV_ADDR and restart."
                    (
                        tunnel_type Text "tunnelType" ["anyTunnel" "singleTunnel"] "VPC network type."
                        instance_id Name "instanceId" [] "Instance to switch."
                    )
                    (
                        slb_url Text "slbUrl" [] "Load-balancer API."
                        force Bool "force" [] "Switch in spite of traffic; without it a broker with InTps + OutTps > 10 stops the switch."
                        v_switch_id Text "vSwitchId" [] "Only with singleTunnel: the VPC instance for the VIP."
                    )
                list InstanceList "instance/list" Read Json
                    "All instances of the environment."
                    ()
                    ()
                list_ids InstanceListIds "instance/listIds" Read Json
                    "Ids of all instances."
                    ()
                    ()
            }
        }
    };
}

pub(super) use operations;
