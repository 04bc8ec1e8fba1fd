/*
 * onsmq: the client for Apache RocketMQ and Aliyun MQ, for C++17.
 *
 * A thin cover of onsmq.h: objects free themselves, errors are exceptions, listeners are
 * functions. What each call does, on which thread, and whether it waits, is said in onsmq.h.
 *
 *     onsmq::Producer producer({{"NAMESRV_ADDR", "127.0.0.1:9876"}, {"GROUP_ID", "GID_demo"}});
 *     producer.start();
 *     auto sent = producer.send(onsmq::Message("orders", "hello").tag("created"));
 */
#ifndef ONSMQ_HPP
#define ONSMQ_HPP

#include "onsmq/config.hpp"
#include "onsmq/consumer.hpp"
#include "onsmq/dev_server.hpp"
#include "onsmq/error.hpp"
#include "onsmq/message.hpp"
#include "onsmq/openapi.hpp"
#include "onsmq/producer.hpp"
#include "onsmq/transaction.hpp"

#endif // ONSMQ_HPP
