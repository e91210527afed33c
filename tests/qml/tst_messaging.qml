// SPDX-License-Identifier: BSD-3-Clause
import QtQuick
import QtTest
import Qombu

TestCase {
    id: test
    name: "Messaging"
    property int number: 0

    Component { id: connectionComponent; BrokerConnection { } }
    Component { id: consumerComponent; Consumer { } }
    Component { id: producerComponent; Producer { } }
    Component { id: spyComponent; SignalSpy { } }
    Component { id: exchangeComponent; Exchange { } }
    Component {
        id: boundQueueComponent
        Queue {
            name: "bound"
            exchange: Exchange { name: "stock"; type: Qombu.Topic }
            routingKey: "eur.#"
            QueueBinding {
                exchange: Exchange { name: "all"; type: Qombu.Direct }
                routingKey: "news"
            }
        }
    }

    // A broker of its own for each test function.
    function connect() {
        return createTemporaryObject(connectionComponent, test, { url: "memory://qml-" + ++number })
    }
    function consume(connection, queues, properties) {
        let all = { connection: connection, queues: queues, active: true }
        for (let name in properties || {})
            all[name] = properties[name]
        let consumer = createTemporaryObject(consumerComponent, test, all)
        verify(consumer)
        return consumer
    }
    function spyOn(target, signalName) {
        let spy = createTemporaryObject(spyComponent, test, { target: target, signalName: signalName })
        verify(spy.valid)
        return spy
    }
    function produce(connection, queue) {
        return createTemporaryObject(producerComponent, test, { connection: connection, queue: queue })
    }

    function test_opensByItself() {
        let broker = connect()
        tryCompare(broker, "state", BrokerConnection.Open)
        compare(broker.errorString, "")
        compare(broker.blocked, false)
    }

    function test_noticesHaveNamedKinds() {
        let broker = connect()
        let notices = spyOn(broker, "notice")
        let kinds = [BrokerNotice.Information, BrokerNotice.Contention, BrokerNotice.Quarantine,
                     BrokerNotice.Degraded, BrokerNotice.Deprecated, BrokerNotice.Alarm,
                     BrokerNotice.Permission, BrokerNotice.Lost, BrokerNotice.Unsettled]
        for (let name of ["Information", "Contention", "Quarantine", "Degraded", "Deprecated",
                          "Alarm", "Permission", "Lost", "Unsettled"])
            teller.tell(broker, name)
        compare(notices.count, kinds.length)
        for (let i = 0; i < kinds.length; ++i)
            compare(notices.signalArguments[i][0].kind, kinds[i])
    }

    function test_masksThePassword() {
        let broker = createTemporaryObject(connectionComponent, test,
                                           { active: false, url: "redis://me:secret@localhost/1" })
        verify(broker.url.indexOf("secret") < 0)
        verify(broker.url.indexOf("localhost") > 0)
    }

    function test_saysWhatIsWrongWithAUrl() {
        let broker = createTemporaryObject(connectionComponent, test, { active: false })
        let spy = spyOn(broker, "errorOccurred")
        broker.url = "memry://x"
        broker.active = true
        tryVerify(() => spy.count > 0)
        let changes = spyOn(broker, "errorChanged")
        verify(spy.signalArguments[0][0].text.indexOf("memory") >= 0, spy.signalArguments[0][0].text)
        compare(broker.errorString, spy.signalArguments[0][0].text)
        compare(broker.error.text, broker.errorString)
        broker.active = false
        compare(changes.count, 1)
        compare(broker.errorString, "")
    }

    function test_closesWhenItIsNotActive() {
        let broker = connect()
        tryCompare(broker, "state", BrokerConnection.Open)
        let consumer = consume(broker, "q")
        tryCompare(consumer, "state", Consumer.Consuming)
        broker.active = false
        compare(broker.state, BrokerConnection.Closed)
        compare(consumer.state, Consumer.Stopped)
        broker.active = true
        tryCompare(broker, "state", BrokerConnection.Open)
        tryCompare(consumer, "state", Consumer.Consuming)
    }

    function test_pausedFromTheBeginningFetchesNothing() {
        let broker = connect()
        let producer = produce(broker, "q")
        tryCompare(broker, "state", BrokerConnection.Open)
        for (let i = 0; i < 3; ++i)
            producer.publish(i)
        let consumer = consume(broker, "q", { paused: true })
        let received = spyOn(consumer, "messageReceived")
        tryCompare(consumer, "state", Consumer.Paused)
        compare(received.count, 0)
        let other = consume(broker, "q")
        let others = spyOn(other, "messageReceived")
        tryCompare(others, "count", 3)
    }

    function test_bodiesKeepTheirMeaning_data() {
        return [
            { tag: "object", body: { deep: { list: [1, 2.5, "x", null, true] }, id: 7, name: "ü" } },
            { tag: "array", body: [1, "zwei", { three: 3 }] },
            { tag: "text", body: "text" },
            { tag: "empty text", body: "" },
            { tag: "integer", body: 42 },
            { tag: "large integer", body: 1099511627776 },
            { tag: "number", body: 0.5 },
            { tag: "boolean", body: true },
            { tag: "empty object", body: {} },
            { tag: "empty array", body: [] }
        ]
    }
    function test_bodiesKeepTheirMeaning(data) {
        let broker = connect()
        let consumer = consume(broker, "q")
        let received = spyOn(consumer, "messageReceived")
        verify(produce(broker, "q").publish(data.body) > 0)
        tryCompare(received, "count", 1)
        let message = received.signalArguments[0][0]
        compare(JSON.stringify(message.body), JSON.stringify(data.body))
        message.ack()
    }

    function test_wholeNumbersAreIntegersOnTheWire() {
        let broker = connect()
        let consumer = consume(broker, "q")
        let received = spyOn(consumer, "messageReceived")
        produce(broker, "q").publish({ a: 1099511627776, b: 1.5, c: undefined })
        tryCompare(received, "count", 1)
        let message = received.signalArguments[0][0]
        let bytes = new Uint8Array(message.rawBody)
        let text = ""
        for (let i = 0; i < bytes.length; ++i)
            text += String.fromCharCode(bytes[i])
        compare(text.replace(/ /g, ""), '{"a":1099511627776,"b":1.5}')
        message.ack()
    }

    function test_binaryBodies() {
        let broker = connect()
        let consumer = consume(broker, "q")
        let received = spyOn(consumer, "messageReceived")
        produce(broker, "q").publish(new Uint8Array([0, 255, 128]).buffer, { serializer: "raw" })
        tryCompare(received, "count", 1)
        let bytes = new Uint8Array(received.signalArguments[0][0].body)
        compare(bytes.length, 3)
        compare(bytes[1], 255)
    }

    function test_optionsArrive() {
        let broker = connect()
        let consumer = consume(broker, "q")
        let received = spyOn(consumer, "messageReceived")
        produce(broker, "q").publish(1, {
            priority: 4, headers: { tries: 3, tag: "x" }, correlationId: "c-1", replyTo: "answers",
            persistent: false, compression: "zlib"
        })
        tryCompare(received, "count", 1)
        let message = received.signalArguments[0][0]
        compare(message.priority, 4)
        compare(message.headers.tries, 3)
        compare(message.headers.tag, "x")
        compare(message.properties.correlation_id, "c-1")
        compare(message.properties.reply_to, "answers")
        compare(message.queue, "q")
        compare(message.routingKey, "q")
        compare(message.redelivered, false)
        message.ack()
    }

    function test_wrongOptionsAreRefused_data() {
        return [
            { tag: "unknown", options: { prioritty: 1 }, named: "prioritty" },
            { tag: "range", options: { priority: 10 }, named: "priority" },
            { tag: "type", options: { persistent: "yes" }, named: "persistent" },
            { tag: "negative time", options: { timeout: -1 }, named: "timeout" }
        ]
    }
    function test_wrongOptionsAreRefused(data) {
        let out = produce(connect(), "q")
        let errors = spyOn(out, "errorOccurred")
        compare(out.publish(1, data.options), 0)
        compare(errors.count, 1)
        verify(errors.signalArguments[0][0].text.indexOf(data.named) >= 0)
    }

    function test_publishingIsConfirmedOrFails() {
        let broker = connect()
        let out = produce(broker, "q")
        let confirmed = spyOn(out, "confirmed")
        let first = out.publish(1)
        let second = out.publish(2)
        verify(second > first)
        tryCompare(confirmed, "count", 2)
        compare(confirmed.signalArguments[0][0], first)

        let exchange = createTemporaryObject(exchangeComponent, test, { name: "nowhere" })
        let lost = createTemporaryObject(producerComponent, test,
                                         { connection: broker, exchange: exchange, routingKey: "key" })
        let failed = spyOn(lost, "failed")
        let errors = spyOn(lost, "errorOccurred")
        let id = lost.publish(3)
        tryCompare(failed, "count", 1)
        compare(failed.signalArguments[0][0], id)
        verify(failed.signalArguments[0][1].text.indexOf("nowhere") >= 0)
        compare(errors.count, 1)
    }

    function test_withoutConnectionNothingIsPublished() {
        let out = produce(null, "q")
        let errors = spyOn(out, "errorOccurred")
        compare(out.publish(1), 0)
        compare(errors.count, 1)
    }

    function test_settles() {
        let broker = connect()
        let consumer = consume(broker, "q")
        let received = spyOn(consumer, "messageReceived")
        produce(broker, "q").publish("a")
        tryCompare(received, "count", 1)
        received.signalArguments[0][0].requeue()
        tryCompare(received, "count", 2)
        let again = received.signalArguments[1][0]
        compare(again.redelivered, true)
        compare(again.ack().text, "")
        verify(again.ack().text !== "")
        let out = produce(broker, "q")
        out.publish("b")
        tryCompare(received, "count", 3)
        compare(received.signalArguments[2][0].reject().text, "")
    }

    function test_messagesCanBeForwarded() {
        let broker = connect()
        let received = spyOn(consume(broker, "first"), "messageReceived")
        let forwarded = spyOn(consume(broker, "second"), "messageReceived")
        produce(broker, "first").publish({ id: 7 }, { headers: { via: "first" } })
        tryCompare(received, "count", 1)
        let message = received.signalArguments[0][0]
        produce(broker, "second").publish(message)
        message.ack()
        tryCompare(forwarded, "count", 1)
        compare(forwarded.signalArguments[0][0].body.id, 7)
        compare(forwarded.signalArguments[0][0].headers.via, "first")
        compare(forwarded.signalArguments[0][0].queue, "second")
    }

    function test_queuesAreNamesOrElements() {
        let broker = connect()
        let queue = createTemporaryObject(boundQueueComponent, test)
        let consumer = consume(broker, ["plain", queue])
        let received = spyOn(consumer, "messageReceived")
        tryCompare(consumer, "state", Consumer.Consuming)
        produce(broker, "plain").publish("a")
        tryCompare(received, "count", 1)
        let out = createTemporaryObject(producerComponent, test, {
            connection: broker, routingKey: "eur.usd",
            exchange: createTemporaryObject(exchangeComponent, test, { name: "stock", type: Qombu.Topic })
        })
        out.publish("b")
        tryCompare(received, "count", 2)
        out.exchange = createTemporaryObject(exchangeComponent, test, { name: "all" })
        out.routingKey = "news"
        out.publish("c")
        tryCompare(received, "count", 3)
        compare(received.signalArguments[2][0].queue, "bound")
        compare(received.signalArguments[2][0].routingKey, "news")
    }

    function test_anythingElseIsNoQueue() {
        let consumer = createTemporaryObject(consumerComponent, test, { connection: connect() })
        let errors = spyOn(consumer, "errorOccurred")
        consumer.queues = [7]
        consumer.active = true
        tryCompare(errors, "count", 1)
        compare(consumer.state, Consumer.Stopped)
    }

    function test_consumesOnlyWhileActive() {
        let broker = connect()
        let consumer = createTemporaryObject(consumerComponent, test,
                                             { connection: broker, queues: ["q"] })
        let received = spyOn(consumer, "messageReceived")
        let out = produce(broker, "q")
        let confirmed = spyOn(out, "confirmed")
        out.publish("a")
        tryCompare(confirmed, "count", 1)
        compare(received.count, 0)
        compare(consumer.state, Consumer.Stopped)
        consumer.active = true
        tryCompare(received, "count", 1)
        received.signalArguments[0][0].ack()
        consumer.active = false
        compare(consumer.state, Consumer.Stopped)
        out.publish("b")
        tryCompare(confirmed, "count", 2)
        compare(received.count, 1)
    }

    function test_mayBeSwitchedOffInItsOwnHandler() {
        let broker = connect()
        let seen = 0
        let consumer = consume(broker, "q")
        consumer.messageReceived.connect((message) => {
            ++seen
            message.ack()
            consumer.active = false
        })
        let out = produce(broker, "q")
        out.publish("a")
        out.publish("b")
        tryVerify(() => seen === 1)
        compare(consumer.state, Consumer.Stopped)
        consumer.active = true
        tryVerify(() => seen === 2)
    }

    function test_holdsNoMoreThanThePrefetchCount() {
        let broker = connect()
        let out = produce(broker, "q")
        let confirmed = spyOn(out, "confirmed")
        for (let i = 0; i < 5; ++i)
            out.publish(i)
        tryCompare(confirmed, "count", 5)
        let consumer = consume(broker, "q", { prefetchCount: 2 })
        let received = spyOn(consumer, "messageReceived")
        tryCompare(received, "count", 2)
        received.signalArguments[0][0].ack()
        tryCompare(received, "count", 3)
    }

    function test_exclusiveIsTheOnlyOne() {
        let broker = connect()
        let consumer = consume(broker, "q", { exclusive: true, tag: "first" })
        tryCompare(consumer, "state", Consumer.Consuming)
        let other = consume(broker, "q", { tag: "second" })
        let errors = spyOn(other, "errorOccurred")
        tryVerify(() => errors.count > 0)
        compare(errors.signalArguments[0][0].replyCode, 403)
        consumer.exclusive = false
        other.active = false
        tryCompare(consumer, "state", Consumer.Consuming)
        other.active = true
        tryCompare(other, "state", Consumer.Consuming)
    }

    function test_aPrefetchCountIsRefusedWhereItMakesNoSense() {
        let broker = connect()
        let consumer = consume(broker, "q", { prefetchCount: -1 })
        let errors = spyOn(consumer, "errorOccurred")
        tryCompare(errors, "count", 1)
        compare(consumer.state, Consumer.Stopped)
        consumer.prefetchCount = 4
        consumer.active = false
        consumer.active = true
        tryCompare(consumer, "state", Consumer.Consuming)
        consumer.prefetchCount = -2
        compare(errors.count, 2)
        compare(consumer.prefetchCount, 4)
    }

    function test_paused() {
        let broker = connect()
        let consumer = consume(broker, "q", { paused: true, ackMode: Qombu.None })
        let received = spyOn(consumer, "messageReceived")
        tryCompare(consumer, "state", Consumer.Paused)
        let out = produce(broker, "q")
        let confirmed = spyOn(out, "confirmed")
        out.publish("a")
        tryCompare(confirmed, "count", 1)
        compare(received.count, 0)
        consumer.paused = false
        tryCompare(received, "count", 1)
    }

    function test_undecodableMessagesAreTold() {
        let broker = connect()
        let consumer = consume(broker, "q")
        let failed = spyOn(consumer, "decodeFailed")
        produce(broker, "q").publish("{", { contentType: "application/json", contentEncoding: "utf-8" })
        tryCompare(failed, "count", 1)
        verify(failed.signalArguments[0][1].text !== "")
        failed.signalArguments[0][0].reject()
    }

    function test_elementsMayOutliveTheirConnection() {
        let broker = connectionComponent.createObject(test, { url: "memory://qml-" + ++number })
        let consumer = consume(broker, "q")
        let out = produce(broker, "q")
        tryCompare(consumer, "state", Consumer.Consuming)
        verify(out.publish("a") > 0)
        broker.destroy()
        tryCompare(consumer, "state", Consumer.Stopped)
        compare(out.publish("b"), 0)
    }
}
