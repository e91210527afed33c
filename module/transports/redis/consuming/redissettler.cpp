// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redissettler.h"

#include "transports/redis/consuming/redisrecord.h"
#include "transports/redis/redisscripts.h"
#include "virtual/envelope/envelope.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>
#include <span>

namespace Qombu::Redis {

namespace {

constexpr int MaximumRun = 500; // deliveries a run: how long the server is busy with one
constexpr int FewRecords = 16; // asked for in one write, while their size is unknown
constexpr auto RetryDelay = std::chrono::milliseconds(200); // after a refusal for now

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Qombu::Redis::RedisSettler)
};

// Tags of one ledger: by number.
bool isEarlier(const QByteArray &a, const QByteArray &b)
{
    return a.size() != b.size() ? a.size() < b.size() : a < b;
}

template<typename T, typename F>
void inRuns(std::vector<T> &&all, F &&send)
{
    for (std::size_t i = 0; i < all.size(); i += MaximumRun) {
        const auto begin = std::make_move_iterator(all.begin() + std::ptrdiff_t(i));
        const auto end = begin + std::ptrdiff_t(std::min(std::size_t(MaximumRun), all.size() - i));
        send(std::vector<T>(begin, end));
    }
}

} // namespace

RedisSettler::RedisSettler(const RedisContext &context, Callbacks callbacks)
    : m_context(context)
    , m_callbacks(std::move(callbacks))
{
}

void RedisSettler::settle(const StoreSettle &settlement)
{
    const auto held = m_context.ledger.find(settlement.key);
    if (!held)
        return m_callbacks.tooLate(settlement.key);
    m_context.ledger.say(settlement);
    if (settlement.settlement == Settlement::Requeue)
        m_moves.push_back(move(held->queue, settlement.key, held->bytes, false));
    else if (settlement.settlement == Settlement::Reject && !settlement.deadLetterQueue.isEmpty())
        m_moves.push_back(move(settlement.deadLetterQueue, settlement.key, held->bytes, false));
    else
        m_acks.push_back(settlement.key);
}

void RedisSettler::giveBack(const StoreSettle &delivery)
{
    if (const auto held = m_context.ledger.find(delivery.key)) {
        m_context.ledger.say({delivery.key, held->queue, {}, Settlement::Requeue});
        m_moves.push_back(move(held->queue, delivery.key, held->bytes, true));
    }
}

void RedisSettler::giveBackUnrecorded(const QString &queue, const QByteArray &bytes)
{
    m_pushes.push_back(move(queue, {}, bytes, true));
}

void RedisSettler::putBack(const std::vector<StoreDelivery> &deliveries)
{
    std::vector<Move> pushes;
    for (const StoreDelivery &delivery : deliveries) {
        const MessageContent &content = delivery.content;
        const auto bytes =
            Envelope::encode(content, content.deliveryTag.toUtf8(), m_context.options.bodyEncoding);
        if (bytes)
            pushes.push_back(move(delivery.queue, {}, *bytes, true));
        else
            m_callbacks.notice(bytes.error().text()); // was decoded from JSON: cannot be
    }
    m_pushes.insert(m_pushes.begin(), std::make_move_iterator(pushes.begin()),
                    std::make_move_iterator(pushes.end()));
}

// The bytes stay as they are: whoever looks into the quarantine wants to see what was wrong.
void RedisSettler::quarantine(const QString &queue, const QByteArray &tag, const QByteArray &bytes)
{
    const QByteArray list = m_context.keys.quarantine(queue);
    if (tag.isEmpty()) {
        m_context.sender.send({"LPUSH", list, bytes}, [](const auto &) {});
    } else {
        m_context.ledger.say({tag, queue, {}, Settlement::Requeue});
        m_moves.push_back({tag, list, bytes, false});
        flush();
    }
    RespCommand trim{"LTRIM", list, "0"};
    trim.add(qint64(m_context.options.quarantineLimit) - 1);
    m_context.sender.send(std::move(trim), [](const auto &) {});
}

RedisSettler::Move RedisSettler::move(const QString &queue, const QByteArray &tag,
                                      const QByteArray &bytes, bool toFront)
{
    const int bucket = m_context.keys.bucket(Envelope::priorityOf(bytes));
    return {tag, m_context.keys.list(queue, bucket), Envelope::markRedelivered(bytes), toFront};
}

void RedisSettler::flush()
{
    if (m_isRefused)
        return;
    flushAcks();
    flushMoves();
    flushPushes();
}

void RedisSettler::refused()
{
    if (std::exchange(m_isRefused, true))
        return;
    m_againTimer = m_context.hub->callLater(RetryDelay, [this] {
        endRefusal();
        m_callbacks.again();
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
    m_context.sender.send({"RPUSH", move.list, move.bytes},
                          [this, move](const Result<RespValue> &reply) {
                              --m_underWay;
                              if (!reply && reply.error().isRecoverable()) {
                                  m_pushes.insert(m_pushes.begin(), move); // the last came first
                                  refused();
                              } else if (!reply) {
                                  m_callbacks.notice(reply.error().text());
                              }
                          });
}

void RedisSettler::flushAcks()
{
    inRuns(std::exchange(m_acks, {}), [this](std::vector<QByteArray> &&tags) {
        RespCommand command{m_context.keys.unacked(), m_context.keys.unackedIndex()};
        for (const QByteArray &tag : tags)
            command.add(tag);
        ++m_underWay;
        m_context.sender.run(Scripts::settle(), 2, std::move(command),
                             [this, tags = std::move(tags)](const Result<RespValue> &reply) {
                                 --m_underWay;
                                 ackAnswered(tags, reply);
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
                     [](const Move &a, const Move &b) { return isEarlier(b.tag, a.tag); });
    if (m_awaitedClaims > 0)
        m_moves = std::exchange(toFront, {});
    for (auto *moves : {&toTail, &toFront}) {
        inRuns(std::move(*moves), [this, moves, &toFront](std::vector<Move> &&run) {
            sendMoves(std::move(run), moves == &toFront);
        });
    }
}

void RedisSettler::sendMoves(std::vector<Move> &&moves, bool toFront)
{
    QList<QByteArray> lists;
    RespCommand arguments;
    arguments.add(toFront ? "RPUSH" : "LPUSH");
    for (const Move &move : moves) {
        qsizetype list = lists.indexOf(move.list);
        if (list < 0) {
            list = lists.size();
            lists.append(move.list);
        }
        arguments.add(move.tag).add(qint64(list + 1)).add(move.bytes);
    }
    RespCommand command{m_context.keys.unacked(), m_context.keys.unackedIndex()};
    for (const QByteArray &list : lists)
        command.add(list);
    command.addAll(arguments);
    ++m_underWay;
    m_context.sender.run(Scripts::putBack(), int(2 + lists.size()), std::move(command),
                         [this, moves = std::move(moves)](const Result<RespValue> &reply) {
                             --m_underWay;
                             movesAnswered(moves, reply);
                         });
}

void RedisSettler::ackAnswered(const std::vector<QByteArray> &tags, const Result<RespValue> &reply)
{
    if (!reply) {
        // Said again in a while, or, where this link is failing, by the next one: the ledger
        // remembers it.
        if (reply.error().isRecoverable()) {
            m_acks.insert(m_acks.end(), tags.begin(), tags.end());
            refused();
        } else {
            m_callbacks.notice(reply.error().text());
        }
        return;
    }
    QSet<qint64> late;
    for (const RespValue &number : reply->items)
        late.insert(number.integer);
    for (std::size_t i = 0; i < tags.size(); ++i) {
        m_context.ledger.remove(tags[i]);
        if (late.contains(qint64(i) + 1))
            m_callbacks.tooLate(tags[i]);
    }
}

void RedisSettler::movesAnswered(const std::vector<Move> &moves, const Result<RespValue> &reply)
{
    if (!reply || reply->items.size() != 2) {
        if (!reply && reply.error().isRecoverable()) {
            m_moves.insert(m_moves.end(), moves.begin(), moves.end());
            refused();
        } else if (!reply) {
            m_callbacks.notice(reply.error().text());
        }
        return;
    }
    for (const Move &move : moves)
        m_context.ledger.remove(move.tag);
    const auto &stays = reply->items[1].items; // on the server until its time is over
    for (std::size_t i = 0; i + 1 < stays.size(); i += 2) {
        m_callbacks.notice(Text::tr("A message could not be put back (%1); Redis returns it later")
                               .arg(QString::fromUtf8(stays[i + 1].text)));
    }
    for (const RespValue &number : reply->items[0].items) {
        if (number.integer >= 1 && number.integer <= qint64(moves.size()))
            m_callbacks.tooLate(moves[std::size_t(number.integer - 1)].tag);
    }
}

void RedisSettler::recover(std::function<void()> done)
{
    m_doubts = m_context.ledger.inDoubt();
    m_page = RedisPage(FewRecords, MaximumRun);
    m_recovered = [this, done = std::move(done)] {
        m_context.ledger.expectNothing();
        done();
    };
    recoverNext();
}

void RedisSettler::recoverLate()
{
    if (m_recovered || m_absent.empty())
        return;
    m_doubts = std::exchange(m_absent, {});
    std::sort(m_doubts.begin(), m_doubts.end(),
              [](const RedisLedger::Doubt &a, const RedisLedger::Doubt &b) {
                  return isEarlier(a.tag, b.tag);
              });
    m_recovered = [] {};
    recoverNext();
}

// From the newest to the oldest: each run is put before the one that came after it. Each record is
// a reply of its own: many large ones in one would be more than a link believes.
void RedisSettler::recoverNext()
{
    if (m_doubts.empty())
        return std::exchange(m_recovered, nullptr)();
    const auto count = std::ptrdiff_t(std::min(std::size_t(m_page.size()), m_doubts.size()));
    m_asking.assign(m_doubts.end() - count, m_doubts.end());
    m_doubts.erase(m_doubts.end() - count, m_doubts.end());
    m_found.clear();
    m_found.reserve(m_asking.size());
    for (const RedisLedger::Doubt &doubt : m_asking) {
        m_context.sender.send({"HGET", m_context.keys.unacked(), doubt.tag},
                              [this](Result<RespValue> reply) {
                                  m_found.push_back(std::move(reply));
                                  if (m_found.size() == m_asking.size())
                                      recordsRead();
                              });
    }
}

void RedisSettler::recordsRead()
{
    const auto refused = std::find_if(m_found.begin(), m_found.end(),
                                      [](const auto &reply) { return !reply.isOk(); });
    if (refused != m_found.end()) {
        if (refused->error().isRecoverable()) { // the server is busy, or the link is failing
            m_doubts.insert(m_doubts.end(), m_asking.begin(), m_asking.end());
            m_retryTimer = m_context.hub->callLater(RetryDelay, [this] { recoverNext(); });
            return;
        }
        m_callbacks.notice(refused->error().text());
        m_doubts.clear();
        return recoverNext();
    }
    for (std::size_t i = 0; i < m_asking.size(); ++i)
        recordRead(m_asking[i], m_found[i]->text);
    m_found.clear();
    flush();
    recoverNext(); // one socket: the server does it after what was just sent
}

void RedisSettler::recordRead(const RedisLedger::Doubt &doubt, const QByteArray &text)
{
    m_page.saw(text.size());
    const auto record = UnackedRecord::read(text);
    if (!record) { // settled, restored by somebody else, or not taken
        m_context.ledger.remove(doubt.tag);
        m_absent.push_back(doubt);
        return;
    }
    m_context.ledger.adopt(
        doubt.tag, {record->routingKey, record->envelope, m_context.hub->now(), doubt.said});
    if (doubt.said && doubt.said->settlement != Settlement::Requeue)
        settle(*doubt.said);
    else
        giveBack({doubt.tag, record->routingKey, {}, Settlement::Requeue});
}

} // namespace Qombu::Redis
