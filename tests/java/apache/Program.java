import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.selector.SelectMessageQueueByHash;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.protocol.heartbeat.MessageModel;

/**
 * Apache's client at the end of two pipes: {@code speak NAMESRV_ADDR TOPIC GROUP} takes commands,
 * one JSON object a line, and answers each with a line; what it consumes comes as lines between.
 */
public final class Program {
    private static final PrintStream OUT =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    private final String address;
    private final String topic;
    private final String group;
    private TransactionMQProducer producer;
    private DefaultMQPushConsumer consumer;

    private Program(String address, String topic, String group) {
        this.address = address;
        this.topic = topic;
        this.group = group;
    }

    public static void main(String[] args) throws Exception {
        // What the client prints is not for the test.
        System.setOut(System.err);
        Program program = new Program(args[1], args[2], args[3]);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        OUT.println("started");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            program.obey(JSON.parseObject(line));
        }
        program.end();
        System.exit(0);
    }

    private void end() {
        if (producer != null) {
            producer.shutdown();
        }
        if (consumer != null) {
            consumer.shutdown();
        }
    }

    private void obey(JSONObject command) {
        JSONObject answer = new JSONObject();
        try {
            if (command.containsKey("send")) {
                answer.put("id", send(command));
            } else {
                consume(command.getString("consume"));
                answer.put("consuming", true);
            }
        } catch (Throwable error) {
            answer.put("error", error.toString());
        }
        OUT.println(answer);
    }

    /** What is sent in a batch has ids with commas between. */
    private String send(JSONObject command) throws Exception {
        start();
        if (command.containsKey("compression")) {
            producer.setCompressType(CompressionType.of(command.getString("compression")));
        }
        Message message = message(command);
        SendResult sent;
        switch (command.getString("send")) {
            case "order":
                sent = producer.send(
                    message, new SelectMessageQueueByHash(), command.getString("shardingKey"));
                break;
            case "transaction":
                sent = producer.sendMessageInTransaction(
                    message, LocalTransactionState.valueOf(command.getString("outcome")));
                break;
            case "batch":
                sent = producer.send(List.of(message, message(command), message(command)));
                break;
            default:
                sent = producer.send(message);
        }
        return sent.getMsgId();
    }

    private Message message(JSONObject command) {
        byte[] body = Base64.getDecoder().decode(command.getString("body"));
        Message message = new Message(topic, command.getString("tag"), command.getString("key"), body);
        if (command.containsKey("delayMs")) {
            message.setDelayTimeMs(command.getLongValue("delayMs"));
        }
        if (command.containsKey("delayLevel")) {
            message.setDelayTimeLevel(command.getIntValue("delayLevel"));
        }
        return message;
    }

    private void start() throws Exception {
        if (producer == null) {
            producer = new TransactionMQProducer(group);
            producer.setNamesrvAddr(address);
            producer.setTransactionListener(new Decided());
            producer.start();
        }
    }

    /** Its outcome is said with each message; what is asked about later is committed. */
    private static final class Decided implements TransactionListener {
        @Override
        public LocalTransactionState executeLocalTransaction(Message half, Object outcome) {
            return (LocalTransactionState) outcome;
        }

        @Override
        public LocalTransactionState checkLocalTransaction(MessageExt half) {
            return LocalTransactionState.COMMIT_MESSAGE;
        }
    }

    private void consume(String kind) throws Exception {
        consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(address);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        if ("broadcast".equals(kind)) {
            consumer.setMessageModel(MessageModel.BROADCASTING);
        }
        if ("order".equals(kind)) {
            consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
                messages.forEach(Program::show);
                return ConsumeOrderlyStatus.SUCCESS;
            });
        } else {
            consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
                messages.forEach(Program::show);
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
        }
        consumer.start();
    }

    private static void show(MessageExt message) {
        JSONObject shown = new JSONObject();
        shown.put("id", message.getMsgId());
        shown.put("body", Base64.getEncoder().encodeToString(message.getBody()));
        shown.put("sysFlag", message.getSysFlag());
        JSONObject received = new JSONObject();
        received.put("received", shown);
        OUT.println(received);
    }
}
