// SPDX-License-Identifier: BSD-3-Clause
// The same work in a loop on rabbitmq-c's own blocking connection, as fast as that goes:
// confirmations are read while a window of messages is on its way, messages by their frames.
//   bench_rabbitmqc prepare PORT    an empty queue
//   bench_rabbitmqc confirmed|unconfirmed PORT COUNT SIZE MODE    1 transient, 2 persistent
//   bench_rabbitmqc consume PORT COUNT PREFETCH ACKS    one word for so many; 0: no
//   acknowledgements bench_rabbitmqc channels PORT COUNT bench_rabbitmqc topology PORT QUEUES
//   BINDINGS    of each queue bench_rabbitmqc remove PORT QUEUES    what that made
// Each but prepare and remove prints one object.
#include "stopwatch.h"
#include "transports/amqp/wire/rabbitmqc.h"

#if __has_include(<rabbitmq-c/tcp_socket.h>)
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp_tcp_socket.h>
#endif

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

constexpr long Window = 1000; // messages that are published and not confirmed
constexpr auto Poll = std::chrono::milliseconds(10);
constexpr int MostUnanswered = 1000; // methods
constexpr amqp_channel_t First = 1;

[[noreturn]] void die(const std::string &text)
{
    fprintf(stderr, "bench_rabbitmqc: %s\n", text.c_str());
    exit(1);
}

void check(int status)
{
    if (status < 0)
        die(amqp_error_string2(status));
}

amqp_bytes_t bytes(const std::string &text)
{
    return {text.size(), const_cast<char *>(text.data())};
}

const std::string QueueName = "qombu.bench";

// One blocking connection with an open channel.
class Link
{
public:
    explicit Link(int port)
        : m_state(amqp_new_connection())
    {
        if (amqp_socket_open(amqp_tcp_socket_new(m_state), "127.0.0.1", port) != 0)
            die("cannot connect");
        const amqp_rpc_reply_t reply =
            amqp_login(m_state, "/", 2047, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
        if (reply.reply_type != AMQP_RESPONSE_NORMAL)
            die("cannot log in");
        amqp_channel_open(m_state, First);
        checkReply();
    }
    ~Link() { amqp_destroy_connection(m_state); }
    Link(const Link &) = delete;
    Link &operator=(const Link &) = delete;

    amqp_connection_state_t state() const { return m_state; }
    void checkReply() const
    {
        if (amqp_get_rpc_reply(m_state).reply_type != AMQP_RESPONSE_NORMAL)
            die("the broker refused something");
    }
    // Valid until release().
    const amqp_frame_t &frame()
    {
        check(amqp_simple_wait_frame(m_state, &m_frame));
        return m_frame;
    }
    const amqp_method_t &method()
    {
        if (frame().frame_type != AMQP_FRAME_METHOD)
            die("the broker sent something else than a method");
        const amqp_method_t &method = m_frame.payload.method;
        if (method.id == AMQP_CHANNEL_CLOSE_METHOD || method.id == AMQP_CONNECTION_CLOSE_METHOD)
            die("the broker closed the channel");
        return method;
    }
    void release() { amqp_maybe_release_buffers(m_state); }
    bool hasMore() const { return amqp_frames_enqueued(m_state) || amqp_data_in_buffer(m_state); }
    long messages()
    {
        const auto *const info =
            amqp_queue_declare(m_state, First, bytes(QueueName), 1, 0, 0, 0, amqp_empty_table);
        checkReply();
        const long count = info->message_count;
        release();
        return count;
    }

private:
    amqp_connection_state_t m_state;
    amqp_frame_t m_frame = {};
};

void prepare(Link &link)
{
    amqp_queue_delete(link.state(), First, bytes(QueueName), 0, 0);
    link.checkReply();
    amqp_queue_declare(link.state(), First, bytes(QueueName), 0, 1, 0, 0, amqp_empty_table);
    link.checkReply();
}

// How many are confirmed when all that has come is read.
long readConfirms(Link &link, long confirmed)
{
    do {
        const amqp_method_t &method = link.method();
        if (method.id != AMQP_BASIC_ACK_METHOD)
            die("a message was not confirmed");
        const auto *const ack = static_cast<const amqp_basic_ack_t *>(method.decoded);
        confirmed = ack->multiple ? long(ack->delivery_tag) : confirmed + 1;
        link.release();
    } while (link.hasMore());
    return confirmed;
}

void publish(Link &link, long count, std::size_t size, int mode, bool confirms)
{
    const std::string body(size, 'x');
    amqp_basic_properties_t properties = {};
    properties._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG
        | AMQP_BASIC_DELIVERY_MODE_FLAG;
    properties.content_type = amqp_cstring_bytes("application/data");
    properties.content_encoding = amqp_cstring_bytes("binary");
    properties.delivery_mode = std::uint8_t(mode);
    if (confirms) {
        amqp_confirm_select(link.state(), First);
        link.checkReply();
    }
    Stopwatch watch;
    watch.start();
    for (long sent = 0, confirmed = 0; sent < count || (confirms && confirmed < count);) {
        for (; sent < count && (!confirms || sent - confirmed < Window); ++sent)
            check(amqp_basic_publish(link.state(), First, amqp_empty_bytes, bytes(QueueName), 1, 0,
                                     &properties, bytes(body)));
        if (confirms)
            confirmed = readConfirms(link, confirmed);
    }
    while (!confirms && link.messages() < count)
        std::this_thread::sleep_for(Poll);
    watch.report(count);
}

// The tag of a message, whose body is added to into.
std::uint64_t readMessage(Link &link, std::string &into)
{
    const amqp_method_t &method = link.method();
    if (method.id != AMQP_BASIC_DELIVER_METHOD)
        die("the broker sent something else than a message");
    const std::uint64_t tag =
        static_cast<const amqp_basic_deliver_t *>(method.decoded)->delivery_tag;
    const std::uint64_t size = link.frame().payload.properties.body_size;
    for (std::uint64_t read = 0; read < size;) {
        const amqp_bytes_t &part = link.frame().payload.body_fragment;
        into.append(static_cast<const char *>(part.bytes), part.len);
        read += part.len;
    }
    link.release();
    return tag;
}

void consume(Link &link, long count, int prefetch, long acks)
{
    if (acks > 0)
        amqp_basic_qos(link.state(), First, 0, std::uint16_t(prefetch), 0);
    amqp_basic_consume(link.state(), First, bytes(QueueName), amqp_empty_bytes, 0, acks == 0, 0,
                       amqp_empty_table);
    link.checkReply();
    std::string body;
    Stopwatch watch;
    for (long seen = 1; seen <= count; ++seen) {
        body.clear();
        const std::uint64_t tag = readMessage(link, body);
        if (seen == 1)
            watch.start();
        if (acks > 0 && (seen % acks == 0 || seen == count))
            check(amqp_basic_ack(link.state(), First, tag, acks > 1));
    }
    watch.report(count);
}

// Sends methods without waiting for each answer.
class Pipeline
{
public:
    explicit Pipeline(Link &link)
        : m_link(link)
    {
    }
    void send(amqp_channel_t channel, amqp_method_number_t id, void *arguments)
    {
        check(amqp_send_method(m_link.state(), channel, id, arguments));
        if (++m_unanswered >= MostUnanswered)
            drain(MostUnanswered / 2);
    }
    void drain(int most = 0)
    {
        for (; m_unanswered > most; --m_unanswered) {
            m_link.method();
            m_link.release();
        }
    }

private:
    Link &m_link;
    int m_unanswered = 0;
};

void openChannels(Link &link, int count)
{
    Stopwatch watch;
    watch.start();
    Pipeline pipeline(link);
    for (int channel = First + 1; channel <= First + count; ++channel) {
        amqp_channel_open_t open = {};
        pipeline.send(amqp_channel_t(channel), AMQP_CHANNEL_OPEN_METHOD, &open);
        amqp_basic_qos_t window = {};
        window.prefetch_count = 16;
        pipeline.send(amqp_channel_t(channel), AMQP_BASIC_QOS_METHOD, &window);
        amqp_basic_consume_t consumer = {};
        consumer.queue = bytes(QueueName);
        pipeline.send(amqp_channel_t(channel), AMQP_BASIC_CONSUME_METHOD, &consumer);
    }
    pipeline.drain();
    watch.report(count);
}

std::string queueName(int number)
{
    return QueueName + '.' + std::to_string(number);
}

// From the attempt to connect on.
void declareTopology(int port, int queues, int bindings)
{
    Stopwatch watch;
    watch.start();
    Link link(port);
    Pipeline pipeline(link);
    amqp_exchange_declare_t exchange = {};
    exchange.exchange = bytes(QueueName);
    exchange.type = amqp_cstring_bytes("direct");
    pipeline.send(First, AMQP_EXCHANGE_DECLARE_METHOD, &exchange);
    for (int i = 0; i < queues; ++i) {
        const std::string name = queueName(i);
        amqp_queue_declare_t queue = {};
        queue.queue = bytes(name);
        pipeline.send(First, AMQP_QUEUE_DECLARE_METHOD, &queue);
        for (int j = 0; j < bindings; ++j) {
            const std::string key = "key." + std::to_string(i) + '.' + std::to_string(j);
            amqp_queue_bind_t bind = {};
            bind.queue = bytes(name);
            bind.exchange = bytes(QueueName);
            bind.routing_key = bytes(key);
            pipeline.send(First, AMQP_QUEUE_BIND_METHOD, &bind);
        }
    }
    pipeline.drain();
    watch.report(queues);
}

void removeTopology(Link &link, int queues)
{
    Pipeline pipeline(link);
    for (int i = 0; i < queues; ++i) {
        const std::string name = queueName(i);
        amqp_queue_delete_t queue = {};
        queue.queue = bytes(name);
        pipeline.send(First, AMQP_QUEUE_DELETE_METHOD, &queue);
    }
    amqp_exchange_delete_t exchange = {};
    exchange.exchange = bytes(QueueName);
    pipeline.send(First, AMQP_EXCHANGE_DELETE_METHOD, &exchange);
    pipeline.drain();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 3)
        die("usage: bench_rabbitmqc WORK PORT …");
    const std::string work = argv[1];
    const int port = atoi(argv[2]);
    const auto number = [&](int index) { return index < argc ? atol(argv[index]) : 0; };
    if (work == "topology") {
        declareTopology(port, int(number(3)), int(number(4)));
        return 0;
    }
    Link link(port);
    if (work == "prepare")
        prepare(link);
    else if (work == "confirmed" || work == "unconfirmed")
        publish(link, number(3), std::size_t(number(4)), int(number(5)), work == "confirmed");
    else if (work == "consume")
        consume(link, number(3), int(number(4)), number(5));
    else if (work == "channels")
        openChannels(link, int(number(3)));
    else if (work == "remove")
        removeTopology(link, int(number(3)));
    else
        die("unknown work");
}
