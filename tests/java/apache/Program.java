import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.compression.CompressionType;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

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
    private DefaultMQProducer producer;
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
                consume();
                answer.put("consuming", true);
            }
        } catch (Throwable error) {
            answer.put("error", error.toString());
        }
        OUT.println(answer);
    }

    private String send(JSONObject command) throws Exception {
        if (producer == null) {
            producer = new DefaultMQProducer(group);
            producer.setNamesrvAddr(address);
            producer.start();
        }
        producer.setCompressType(CompressionType.of(command.getString("compression")));
        byte[] body = Base64.getDecoder().decode(command.getString("body"));
        Message message = new Message(topic, command.getString("tag"), command.getString("key"), body);
        return producer.send(message).getMsgId();
    }

    private void consume() throws Exception {
        consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(address);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(Program::show);
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
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
