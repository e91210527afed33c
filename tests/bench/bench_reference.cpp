// SPDX-License-Identifier: BSD-3-Clause
// The least that a C program on hiredis needs for the same work, with our scripts and no envelope:
//   bench_reference publish PORT COUNT FILE     pipelined LPUSH of the bytes in FILE
//   bench_reference consume PORT COUNT QUEUE PREFETCH    claims and settles in batches
//   bench_reference latency PORT COUNT SIZE     push → invalidation → claim, one message at a time
// Each prints one object.
#include "transports/redis/redisscripts.h"

#include <QByteArray>

#include <hiredis/hiredis.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Words = std::vector<std::string>;

[[noreturn]] void die(const std::string &text)
{
    fprintf(stderr, "bench_reference: %s\n", text.c_str());
    exit(1);
}

// One blocking connection.
class Link
{
public:
    explicit Link(int port)
        : m_context(redisConnect("127.0.0.1", port))
    {
        if (!m_context || m_context->err)
            die("cannot connect");
    }
    ~Link() { redisFree(m_context); }

    void send(const Words &words)
    {
        std::vector<const char *> arguments;
        std::vector<size_t> lengths;
        for (const std::string &word : words) {
            arguments.push_back(word.data());
            lengths.push_back(word.size());
        }
        redisAppendCommandArgv(m_context, int(words.size()), arguments.data(), lengths.data());
    }
    // Valid until the next call.
    const redisReply *receive()
    {
        freeReplyObject(m_reply);
        void *reply = nullptr;
        if (redisGetReply(m_context, &reply) != REDIS_OK)
            die(m_context->errstr);
        m_reply = static_cast<redisReply *>(reply);
        if (m_reply->type == REDIS_REPLY_ERROR)
            die(m_reply->str);
        return m_reply;
    }
    const redisReply *ask(const Words &words)
    {
        send(words);
        return receive();
    }

private:
    redisContext *m_context;
    redisReply *m_reply = nullptr;
};

std::string loaded(Link &link, const Qombu::Redis::Script &script)
{
    return link.ask({"SCRIPT", "LOAD", script.text().toStdString()})->str;
}

// The claim and settle scripts for one queue; the arguments are those of scripts/claim.lua and
// settle.lua.
class Claimer
{
public:
    Claimer(Link &link, const std::string &queue, int prefetch)
        : m_link(link)
        , m_settle{"EVALSHA", loaded(link, Qombu::Redis::Scripts::all().settle), "2", "unacked",
                   "unacked_index"}
    {
        const std::string steps[] = {"",
                                     "\x06\x16"
                                     "3",
                                     "\x06\x16"
                                     "6",
                                     "\x06\x16"
                                     "9"};
        m_claim = {"EVALSHA", loaded(link, Qombu::Redis::Scripts::all().claim), "7", "unacked",
                   "unacked_index"};
        for (const std::string &step : steps)
            m_claim.push_back(queue + step);
        m_claim.push_back("_qombu.quarantine." + queue);
        for (const std::string &argument : Words{std::to_string(prefetch), "16777216", Prefix})
            m_claim.push_back(argument);
        m_number = m_claim.size();
        for (const std::string &argument : Words{"0", "67108864", "1000", "100", "1048576", "4",
                                                 "1", "1", "1", "1", '"' + queue + '"'})
            m_claim.push_back(argument);
    }

    void sendClaim()
    {
        m_claim[m_number] = std::to_string(m_next);
        m_link.send(m_claim);
    }
    long receiveClaim()
    {
        const redisReply *reply = m_link.receive();
        const long taken = long(reply->element[2]->elements / 2);
        m_next += taken;
        return taken;
    }
    void sendSettle(long count)
    {
        Words words = m_settle;
        for (long i = m_next - count; i < m_next; ++i)
            words.push_back(tag(i));
        m_link.send(words);
    }

private:
    // As the claim script writes it.
    static std::string tag(long number)
    {
        const std::string digits = std::to_string(number);
        return Prefix + std::string(28 - digits.size(), '0') + digits;
    }

    inline static const std::string Prefix = "11111111-1111-4111-8111-111111111111.";
    Link &m_link;
    Words m_claim;
    size_t m_number = 0;
    const Words m_settle;
    long m_next = 1;
};

void report(long count, Clock::duration time, std::vector<double> *microseconds = nullptr)
{
    const double seconds = std::chrono::duration<double>(time).count();
    printf("{\"messages\": %ld, \"seconds\": %.6f, \"messages_per_second\": %.1f", count, seconds,
           double(count) / seconds);
    if (microseconds) {
        std::sort(microseconds->begin(), microseconds->end());
        printf(", \"p50_us\": %.2f, \"p99_us\": %.2f", (*microseconds)[microseconds->size() / 2],
               (*microseconds)[microseconds->size() * 99 / 100]);
    }
    printf("}\n");
}

std::string content(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        die("cannot read the file");
    std::string bytes(1 << 20, '\0');
    bytes.resize(fread(bytes.data(), 1, bytes.size(), file));
    fclose(file);
    return bytes;
}

void publish(int port, long count, const std::string &bytes)
{
    constexpr long Window = 128;
    Link link(port);
    const Words push{"LPUSH", "qombu.bench", bytes};
    const auto start = Clock::now();
    for (long done = 0; done < count;) {
        const long batch = std::min(Window, count - done);
        for (long i = 0; i < batch; ++i)
            link.send(push);
        for (long i = 0; i < batch; ++i)
            link.receive();
        done += batch;
    }
    report(count, Clock::now() - start);
}

void consume(int port, long count, const std::string &queue, int prefetch)
{
    Link link(port);
    Claimer claimer(link, queue, prefetch);
    const auto start = Clock::now();
    long held = 0;
    for (long done = 0; done < count;) {
        const bool settles = held > 0;
        if (settles)
            claimer.sendSettle(held);
        claimer.sendClaim();
        if (settles)
            link.receive();
        held = claimer.receiveClaim();
        done += held;
    }
    claimer.sendSettle(held);
    link.receive();
    report(count, Clock::now() - start);
}

// Settling invalidates too, but other keys.
bool tellsOf(const redisReply &invalidation, const std::string &key)
{
    const redisReply *const keys = invalidation.element[2];
    for (size_t i = 0; i < keys->elements; ++i) {
        if (keys->element[i]->str == key)
            return true;
    }
    return false;
}

void latency(int port, long count, size_t size)
{
    Link commands(port);
    Link push(port);
    const long long id = push.ask({"CLIENT", "ID"})->integer;
    push.ask({"SUBSCRIBE", "__redis__:invalidate"});
    commands.ask({"CLIENT", "TRACKING", "ON", "REDIRECT", std::to_string(id)});
    Claimer claimer(commands, "qombu.latency", 100);
    // The envelope around a body of this size: base64, and about 230 bytes.
    const std::string bytes = "{\"body\": \"" + std::string(4 * (size + 2) / 3, 'A')
        + "\", \"content-encoding\": \"utf-8\", \"content-type\": \"application/json\", "
          "\"headers\": {}, "
          "\"properties\": {\"delivery_mode\": 2, \"delivery_info\": {\"exchange\": \"\", "
          "\"routing_key\": "
          "\"qombu.latency\"}, \"priority\": 0, \"body_encoding\": \"base64\", \"delivery_tag\": "
          "\"00000000-0000-4000-8000-000000000001\"}}";
    claimer.sendClaim(); // arms
    claimer.receiveClaim();
    std::vector<double> microseconds;
    const auto start = Clock::now();
    for (long i = 0; i < count; ++i) {
        const auto sent = Clock::now();
        commands.ask({"LPUSH", "qombu.latency", bytes});
        while (!tellsOf(*push.receive(), "qombu.latency")) {}
        claimer.sendClaim();
        if (claimer.receiveClaim() != 1)
            die("the message did not come");
        microseconds.push_back(
            std::chrono::duration<double, std::micro>(Clock::now() - sent).count());
        claimer.sendSettle(1);
        commands.receive();
    }
    report(count, Clock::now() - start, &microseconds);
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 5)
        die("usage: bench_reference publish|consume|latency PORT COUNT …");
    const std::string work = argv[1];
    const int port = atoi(argv[2]);
    const long count = atol(argv[3]);
    if (work == "publish")
        publish(port, count, content(argv[4]));
    else if (work == "consume" && argc > 5)
        consume(port, count, argv[4], atoi(argv[5]));
    else if (work == "latency")
        latency(port, count, size_t(atol(argv[4])));
    else
        die("unknown work");
}
