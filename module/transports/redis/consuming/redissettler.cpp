// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redissettler.h"

#include "transports/redis/consuming/redisrecord.h"
#include "transports/redis/redisscripts.h"
#include "transports/redis/wire/redistext.h"
#include "virtual/envelope/envelope.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

// Of a run: how long the server is busy with one.
constexpr std::size_t DeliveriesARun = 500; // deliveries
constexpr qint64 MaximumRunBytes = 4 << 20; // the last one may go beyond it
constexpr int FewRecords = 16; // asked for in one write, while their size is unknown
constexpr auto RetryDelay = std::chrono::milliseconds(200); // after a refusal for now

template<typename T, typename Weight, typename F>
void inRuns(std::vector<T> &&all, Weight &&weight, F &&send)
{
    std::vector<T> run;
    qint64 bytes = 0;
    for (T &one : all) {
        bytes += weight(one);
        run.push_back(std::move(one));
        if (run.size() < DeliveriesARun && bytes < MaximumRunBytes)
            continue;
        send(std::exchange(run, {}));
        bytes = 0;
    }
    if (!run.empty())
        send(std::move(run));
}

} // namespace

RedisSettler::RedisSettler(const RedisContext &context)
    : m_context(context)
    , m_quarantine(context, [this] { refused(); })
    , m_refusedForGood(context, [this](quint64 delivery) { again(delivery); })
{
}

void RedisSettler::settle(const SettleRequest &request)
{
    const RedisLedger::Record *record = m_context.ledger.find(request.delivery);
    if (!record)
        return;
    const QString deadLetterQueue = request.settlement == Settlement::Reject
        ? m_context.declared.deadLetterQueues.value(record->queue)
        : QString();
    record = m_context.ledger.say(request.delivery, request.settlement, deadLetterQueue);
    if (record)
        put(request.delivery, *record, false);
}

void RedisSettler::giveBack(quint64 delivery)
{
    if (const auto *record = m_context.ledger.say(delivery, Settlement::Requeue))
        put(delivery, *record, true);
}

// What is known to be refused goes to the front, where it came from.
void RedisSettler::again(quint64 delivery)
{
    if (const RedisLedger::Record *record = m_context.ledger.find(delivery))
        put(delivery, *record, true);
    m_context.host.wantsTurnEnd();
}

// As was said about it.
void RedisSettler::put(quint64 delivery, const RedisLedger::Record &record, bool toFront)
{
    if (record.said == Settlement::Requeue)
        m_moves.push_back(move(record.queue, delivery, record.bytes, toFront));
    else if (record.said == Settlement::Reject && !record.deadLetterQueue.isEmpty())
        m_moves.push_back(move(record.deadLetterQueue, delivery, record.bytes, false));
    else
        m_acks.push_back(delivery);
}

void RedisSettler::returned(const Claim &claim, Result<RespValue> &&reply)
{
    --m_awaitedClaims;
    if (const Result<ClaimResult> result = claim.read(std::move(reply), 0, m_context)) {
        m_quarantine.take(*result);
        for (const IncomingMessage &message : result->messages) {
            if (message.delivery == 0)
                m_pushes.push_back(move(message.queue, 0, message.wire, true));
            else
                giveBack(message.delivery);
        }
        m_context.host.leftOver(0, claim.target->queues());
    } else {
        recover(claim);
    }
    m_context.host.wantsTurnEnd();
}

void RedisSettler::putBack(const std::vector<IncomingMessage> &messages)
{
    std::vector<Move> pushes;
    for (const IncomingMessage &message : messages) {
        if (!message.wire.isEmpty()) // else it was a broadcast, which nobody keeps
            pushes.push_back(move(message.queue, 0, message.wire, true));
    }
    m_pushes.insert(m_pushes.begin(), std::make_move_iterator(pushes.begin()),
                    std::make_move_iterator(pushes.end()));
}

RedisSettler::Move RedisSettler::move(const QString &queue, quint64 delivery,
                                      const QByteArray &bytes, bool toFront)
{
    const int bucket = m_context.keys.bucket(Envelope::priorityOf(bytes));
    return {delivery, m_context.keys.list(queue, bucket), Envelope::markRedelivered(bytes),
            toFront};
}

void RedisSettler::flush()
{
    if (m_isRefused)
        return;
    flushAcks();
    m_quarantine.flush();
    flushMoves();
    flushPushes();
}

void RedisSettler::refused()
{
    if (std::exchange(m_isRefused, true))
        return;
    m_againTimer = m_context.hub->callLater(RetryDelay, [this] {
        endRefusal();
        m_context.host.wantsTurnEnd();
    });
}

void RedisSettler::endRefusal()
{
    m_isRefused = false;
    m_againTimer.cancel();
}

void RedisSettler::flushPushes()
{
    if (m_awaitedClaims > 0)
        return;
    const std::vector<Move> pushes = std::exchange(m_pushes, {});
    for (auto move = pushes.rbegin(); move != pushes.rend(); ++move)
        push(*move);
}

// Nobody else has it: what the server refuses for now is pushed again.
void RedisSettler::push(const Move &move)
{
    ++m_underWay;
    m_context.sender.send(
        {"RPUSH", move.list, move.bytes}, [this, move](const Result<RespValue> &reply) {
            --m_underWay;
            if (!reply && reply.error().isRecoverable()) {
                m_pushes.insert(m_pushes.begin(), move); // the last came first
                refused();
            } else if (!reply) {
                m_context.host.notice(
                    makeNotice(BrokerNotice::Lost, reply.error().text(), reply.error()));
            }
        });
}

void RedisSettler::flushAcks()
{
    const auto weightless = [](quint64) { return 0; };
    inRuns(std::exchange(m_acks, {}), weightless, [this](std::vector<quint64> &&deliveries) {
        RespCommand tags;
        tags.reserve(qsizetype(deliveries.size()) * (m_context.ledger.prefix().size() + 40));
        for (const quint64 delivery : deliveries)
            tags.add(m_context.ledger.tag(delivery));
        ++m_underWay;
        m_context.sender.run(
            Scripts::all().settle, {m_context.keys.unacked(), m_context.keys.unackedIndex()},
            std::move(tags),
            [this, deliveries = std::move(deliveries)](const Result<RespValue> &reply) {
                --m_underWay;
                if (!failed(reply, m_acks, deliveries))
                    settled(deliveries, *reply);
            });
    });
}

// To the tail in the order said; to the front the last claimed first, so that the first is served
// first.
void RedisSettler::flushMoves()
{
    std::vector<Move> toFront;
    std::vector<Move> toTail;
    for (Move &move : std::exchange(m_moves, {}))
        (move.toFront ? toFront : toTail).push_back(std::move(move));
    std::stable_sort(toFront.begin(), toFront.end(),
                     [](const Move &a, const Move &b) { return b.delivery < a.delivery; });
    if (m_awaitedClaims > 0)
        m_moves = std::exchange(toFront, {});
    for (auto *moves : {&toTail, &toFront}) {
        const auto weight = [](const Move &move) { return move.bytes.size(); };
        inRuns(std::move(*moves), weight, [this, moves, &toFront](std::vector<Move> &&run) {
            sendMoves(std::move(run), moves == &toFront);
        });
    }
}

void RedisSettler::sendMoves(std::vector<Move> &&moves, bool toFront)
{
    QList<QByteArray> lists;
    RespCommand arguments{toFront ? "RPUSH" : "LPUSH"};
    for (const Move &move : moves) {
        qsizetype list = lists.indexOf(move.list);
        if (list < 0) {
            list = lists.size();
            lists.append(move.list);
        }
        arguments.add(m_context.ledger.tag(move.delivery)).add(qint64(list + 1)).add(move.bytes);
    }
    RespCommand keys{m_context.keys.unacked(), m_context.keys.unackedIndex()};
    for (const QByteArray &list : lists)
        keys.add(list);
    ++m_underWay;
    m_context.sender.run(Scripts::all().putBack, std::move(keys), std::move(arguments),
                         [this, moves = std::move(moves)](const Result<RespValue> &reply) {
                             --m_underWay;
                             movesAnswered(moves, reply);
                         });
}

std::vector<quint64> RedisSettler::deliveriesOf(const std::vector<Move> &moves)
{
    std::vector<quint64> deliveries;
    for (const Move &move : moves)
        deliveries.push_back(move.delivery);
    return deliveries;
}

// True: nothing was done. Said again in a while, or, where this link is failing, by the next one:
// the ledger remembers it.
template<typename T>
bool RedisSettler::failed(const Result<RespValue> &reply, std::vector<T> &again,
                          const std::vector<T> &asked)
{
    if (reply)
        return false;
    if (reply.error().isRecoverable()) {
        again.insert(again.end(), asked.begin(), asked.end());
        refused();
    } else {
        m_refusedForGood.add(deliveriesOf(asked), reply.error());
    }
    return true;
}

// late: the numbers of those that somebody else had taken back; stays: those that are not settled.
void RedisSettler::settled(std::vector<quint64> deliveries, const RespValue &late,
                           const std::vector<quint64> &stays)
{
    for (const RespValue &number : late.items) {
        if (number.integer >= 1 && number.integer <= qint64(deliveries.size()))
            m_context.host.settledTooLate(deliveries[std::size_t(number.integer - 1)]);
    }
    for (const quint64 delivery : stays)
        std::erase(deliveries, delivery);
    m_refusedForGood.settled(deliveries);
    m_context.ledger.remove(deliveries);
}

void RedisSettler::movesAnswered(const std::vector<Move> &moves, Result<RespValue> reply)
{
    if (reply && reply->items.size() != 2)
        reply = Error(Error::Protocol, Text::tr("Redis answered a move with something else"));
    if (failed(reply, m_moves, moves))
        return;
    const std::vector<quint64> deliveries = deliveriesOf(moves);
    const auto &refusals = reply->items[1].items;
    std::vector<quint64> stay;
    for (std::size_t i = 0; i + 1 < refusals.size(); i += 2) {
        const auto number = refusals[i].integer;
        if (number < 1 || number > qint64(deliveries.size()))
            continue;
        stay.push_back(deliveries[std::size_t(number - 1)]);
        m_refusedForGood.add(
            {stay.back()}, {},
            Text::tr("A message could not be put back (%1); Redis returns it later")
                .arg(QString::fromUtf8(refusals[i + 1].text)));
    }
    settled(deliveries, reply->items[0], stay);
}

void RedisSettler::recover(std::function<void()> done)
{
    m_doubts = m_context.ledger.inDoubt();
    // Of these nothing is in doubt.
    std::erase_if(m_doubts, [this](quint64 delivery) { return m_refusedForGood.say(delivery); });
    m_page = RedisPage(FewRecords, int(DeliveriesARun));
    m_recovered = [this, done = std::move(done)] {
        m_context.ledger.expectNothing();
        done();
    };
    recoverNext();
}

void RedisSettler::recover(const Claim &claim)
{
    if (claim.noAck || m_context.sender.hasFailed() || !m_context.ledger.expects(claim.first))
        return;
    m_broken.push_back(claim.first);
    for (int i = 0; i < claim.messages; ++i)
        m_doubts.push_back(claim.first + quint64(i));
    std::sort(m_doubts.begin(), m_doubts.end());
    if (m_recovered)
        return; // it is asking already
    m_page = RedisPage(FewRecords, int(DeliveriesARun));
    m_recovered = [] {};
    recoverNext();
}

void RedisSettler::recoverLate()
{
    if (m_recovered || m_absent.empty())
        return;
    m_doubts = std::exchange(m_absent, {});
    std::sort(m_doubts.begin(), m_doubts.end());
    m_recovered = [] {};
    recoverNext();
}

// From the newest to the oldest: each run is put before the one that came after it. Each record is
// a reply of its own: many large ones in one would be more than a link believes.
void RedisSettler::recoverNext()
{
    if (m_doubts.empty()) {
        for (const quint64 first : std::exchange(m_broken, {}))
            m_context.ledger.arrived(first, 0, {});
        return std::exchange(m_recovered, nullptr)();
    }
    const auto count = std::ptrdiff_t(std::min(std::size_t(m_page.size()), m_doubts.size()));
    m_asking.assign(m_doubts.end() - count, m_doubts.end());
    m_doubts.erase(m_doubts.end() - count, m_doubts.end());
    std::vector<RespCommand> commands;
    for (const quint64 delivery : m_asking)
        commands.push_back({"HGET", m_context.keys.unacked(), m_context.ledger.tag(delivery)});
    sendEach(
        m_context.sender, std::move(commands),
        [this](std::size_t, Result<RespValue> reply) { m_found.push_back(std::move(reply)); },
        [this] { recordsRead(std::exchange(m_found, {})); });
}

void RedisSettler::recordsRead(const std::vector<Result<RespValue>> &found)
{
    const bool isBusy = std::any_of(found.begin(), found.end(), [](const auto &reply) {
        return reply.error().isRecoverable();
    });
    if (isBusy) { // the server is busy, or the link is failing
        m_doubts.insert(m_doubts.end(), m_asking.begin(), m_asking.end());
        m_isRecoveryRefused = true;
        m_retryTimer = m_context.hub->callLater(RetryDelay, [this] {
            m_isRecoveryRefused = false;
            recoverNext();
            m_context.host.wantsTurnEnd();
        });
        return;
    }
    for (std::size_t i = 0; i < m_asking.size(); ++i) {
        if (found[i]) {
            recordRead(m_asking[i], found[i]->text);
        } else {
            m_refusedForGood.add({m_asking[i]}, found[i].error());
        }
    }
    flush();
    recoverNext(); // one socket: the server does it after what was just sent
}

void RedisSettler::recordRead(quint64 delivery, const QByteArray &text)
{
    m_page.saw(text.size());
    auto found = UnackedRecord::read(text);
    if (!found) { // settled, restored by somebody else, or not taken
        m_context.ledger.remove({delivery});
        m_absent.push_back(delivery);
        return;
    }
    RedisLedger::Record record{found->routingKey, std::move(found->envelope), m_context.hub->now()};
    const RedisLedger::Record *const known = m_context.ledger.find(delivery);
    record.said = known && known->said ? known->said : Settlement::Requeue;
    record.deadLetterQueue = known ? known->deadLetterQueue : QString();
    put(delivery, record, true);
    m_context.ledger.adopt(delivery, std::move(record));
}

} // namespace Qombu::Redis
