use onsmq::Action;
use onsmq_tests::{Server, on_every_server};

use crate::support::{Scene, body, notes};

fn lists_come_up_to_their_size_and_again_as_a_whole(server: Server) {
    Scene::run(server, "batches", async |scene| {
        scene.make_topic().await;
        let producer = scene.producer().await;
        let messages = (0..64).map(|number| scene.message(number.to_string()).tag("batch"));
        let config = scene
            .config()
            .set("ConsumeMessageBatchMaxSize", "8")
            .set("ConsumeThreadNums", "1")
            .set("ConsumeFromWhere", "CONSUME_FROM_FIRST_OFFSET");
        let consumer = scene.client.batch_consumer(&config).expect("a consumer");
        let (note, mut notes) = notes();
        consumer
            .subscribe(&scene.topic, "batch", move |messages| {
                let note = note.clone();
                async move {
                    let again = messages
                        .iter()
                        .any(|it| it.reconsume_times() == 0 && body(it) == "0");
                    let texts: Vec<_> = messages.iter().map(body).collect();
                    note.send((texts, again)).expect("a test");
                    if again {
                        Action::ReconsumeLater
                    } else {
                        Action::CommitMessage
                    }
                }
            })
            .expect("a subscription");
        consumer.start().await.expect("started");
        for sent in producer.send_many(messages).await {
            sent.expect("stored");
        }
        let (mut done, mut failed, mut largest) = (Vec::new(), Vec::new(), 0);
        while done.len() < 64 {
            let (texts, again) = notes.next().await;
            assert!((1..=8).contains(&texts.len()), "{} at once", texts.len());
            largest = largest.max(texts.len());
            if again {
                failed.extend(texts);
            } else {
                done.extend(texts);
            }
        }
        assert!(largest > 1, "no list of more than one");
        // The whole of the failed list came again.
        assert!(failed.iter().all(|text| done.contains(text)) && failed.contains(&"0".to_owned()));
        done.sort();
        done.dedup();
        assert_eq!(done.len(), 64);
        consumer.shutdown().await;
        producer.shutdown().await;
    });
}

on_every_server!(lists_come_up_to_their_size_and_again_as_a_whole);
