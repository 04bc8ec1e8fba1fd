import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Admin;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.Message;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.Producer;
import com.aliyun.openservices.ons.api.SendResult;
import com.aliyun.openservices.ons.api.order.OrderAction;
import com.aliyun.openservices.ons.api.order.OrderConsumer;
import com.aliyun.openservices.ons.api.order.OrderProducer;
import com.aliyun.openservices.ons.api.transaction.TransactionProducer;
import com.aliyun.openservices.ons.api.transaction.TransactionStatus;
import com.aliyun.openservices.shade.com.alibaba.fastjson.JSON;
import com.aliyun.openservices.shade.com.alibaba.fastjson.JSONObject;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The vendor's SDK at the end of two pipes.
 *
 * <p>{@code member NAMESRV_ADDR TOPIC GROUP} prints {@code started}, then the id of each message
 * that it consumes, until its standard input ends. {@code speak NAMESRV_ADDR TOPIC GROUP} takes
 * commands, one JSON object a line, and answers each with a line; what it consumes and what it is
 * asked for comes as lines between.
 */
public final class Program {
    private static final PrintStream OUT =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

    private final String address;
    private final String topic;
    private final String group;
    private final List<Admin> running = new ArrayList<>();
    private Producer producer;
    private OrderProducer orderProducer;
    private TransactionProducer transactionProducer;

    private Program(String address, String topic, String group) {
        this.address = address;
        this.topic = topic;
        this.group = group;
    }

    public static void main(String[] args) throws Exception {
        // What the SDK prints is not for the test.
        System.setOut(System.err);
        Program program = new Program(args[1], args[2], args[3]);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if ("member".equals(args[0])) {
            program.member();
        } else {
            OUT.println("started");
        }
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            program.obey(JSON.parseObject(line));
        }
        program.running.forEach(Admin::shutdown);
        System.exit(0);
    }

    private void member() {
        Consumer consumer = start(ONSFactory.createConsumer(properties()));
        consumer.subscribe(topic, "*", (message, context) -> {
            OUT.println(message.getMsgID());
            return Action.CommitMessage;
        });
        OUT.println("started");
    }

    private Properties properties() {
        Properties properties = new Properties();
        properties.put("NAMESRV_ADDR", address);
        properties.put("GROUP_ID", group);
        // It insists on an account; brokers without access control do not look.
        properties.put("AccessKey", "account");
        properties.put("SecretKey", "secret");
        properties.put("SendMsgTimeoutMillis", "10000");
        properties.put("CheckImmunityTimeInSeconds", "1");
        return properties;
    }

    private <T extends Admin> T start(T admin) {
        admin.start();
        running.add(admin);
        return admin;
    }

    private void obey(JSONObject command) {
        JSONObject answer = new JSONObject();
        try {
            if (command.containsKey("send")) {
                SendResult sent = send(command);
                answer.put("id", sent.getMessageId());
                answer.put("topic", sent.getTopic());
            } else {
                consume(command.getString("consume"));
                answer.put("consuming", true);
            }
        } catch (Throwable error) {
            answer.put("error", error.toString());
        }
        OUT.println(answer);
    }

    private SendResult send(JSONObject command) {
        Message message =
            new Message(topic, command.getString("tag"), command.getString("key"),
                Base64.getDecoder().decode(command.getString("body")));
        Map<String, Object> user = command.getJSONObject("properties");
        user.forEach((name, value) -> message.putUserProperties(name, (String) value));
        if (command.containsKey("startDeliverTime")) {
            message.setStartDeliverTime(command.getLongValue("startDeliverTime"));
        }
        switch (command.getString("send")) {
            case "order":
                return order().send(message, command.getString("shardingKey"));
            case "transaction":
                TransactionStatus outcome =
                    TransactionStatus.valueOf(command.getString("outcome"));
                return transaction().send(message, (half, argument) -> outcome, null);
            default:
                return normal().send(message);
        }
    }

    private Producer normal() {
        if (producer == null) {
            producer = start(ONSFactory.createProducer(properties()));
        }
        return producer;
    }

    private OrderProducer order() {
        if (orderProducer == null) {
            orderProducer = start(ONSFactory.createOrderProducer(properties()));
        }
        return orderProducer;
    }

    private TransactionProducer transaction() {
        if (transactionProducer == null) {
            transactionProducer =
                start(ONSFactory.createTransactionProducer(properties(), this::check));
        }
        return transactionProducer;
    }

    private TransactionStatus check(Message half) {
        JSONObject asked = new JSONObject();
        asked.put("checked", half.getMsgID());
        OUT.println(asked);
        return TransactionStatus.CommitTransaction;
    }

    private void consume(String kind) {
        if ("order".equals(kind)) {
            OrderConsumer consumer = ONSFactory.createOrderedConsumer(properties());
            consumer.subscribe(topic, "*", (message, context) -> {
                show(message);
                return OrderAction.Success;
            });
            start(consumer);
        } else {
            Consumer consumer = ONSFactory.createConsumer(properties());
            consumer.subscribe(topic, "*", (message, context) -> {
                show(message);
                return Action.CommitMessage;
            });
            start(consumer);
        }
    }

    private static void show(Message message) {
        JSONObject shown = new JSONObject();
        shown.put("topic", message.getTopic());
        shown.put("id", message.getMsgID());
        shown.put("tag", message.getTag());
        shown.put("key", message.getKey());
        shown.put("body", Base64.getEncoder().encodeToString(message.getBody()));
        shown.put("shardingKey", message.getShardingKey());
        shown.put("startDeliverTime", message.getStartDeliverTime());
        shown.put("bornTimestamp", message.getBornTimestamp());
        shown.put("reconsumeTimes", message.getReconsumeTimes());
        shown.put("properties", message.getUserProperties());
        JSONObject received = new JSONObject();
        received.put("received", shown);
        OUT.println(received);
    }
}
