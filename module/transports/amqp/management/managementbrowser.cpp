// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/managementbrowser.h"

#include "core/whilealive_p.h"
#include "transports/amqp/management/managementrows.h"
#include "transports/amqp/wire/amqptext.h"

#include <algorithm>

namespace Qombu::Amqp {
namespace {

// Somebody waits for a look at messages, which AMQP alone can plan, if not as well.
constexpr std::chrono::seconds MostForFacts{2};

Error noSuchQueue(const QString &name)
{
    return Error(Error::NotFound, Text::tr("There is no queue \"%1\".").arg(name));
}

QueueFacts::Type typeNamed(const QString &name)
{
    return name == u"classic" ? QueueFacts::Classic
        : name == u"quorum"   ? QueueFacts::Quorum
        : name == u"stream"   ? QueueFacts::Stream
                              : QueueFacts::Unknown;
}

// The stricter one counts; below 0 is none, since RabbitMQ 4.
std::optional<qint64> stricter(const QVariant &declared, const QVariant &policy)
{
    if (!declared.isValid() || !policy.isValid()) {
        const QVariant &one = declared.isValid() ? declared : policy;
        return one.isValid() ? std::optional(one.toLongLong()) : std::nullopt;
    }
    const qint64 a = declared.toLongLong();
    const qint64 b = policy.toLongLong();
    return a < 0 || b < 0 ? std::max(a, b) : std::min(a, b);
}

QueueFacts readFacts(const QVariantMap &json)
{
    QueueFacts facts;
    facts.type = typeNamed(ManagementRows::text(json, "type"));
    // Of a queue that was just declared it is not told yet.
    facts.isPolicyKnown = json.contains(QStringLiteral("effective_policy_definition"));
    facts.isLimitKnown = true;
    facts.deliveryLimit = stricter(
        ManagementRows::object(json, "arguments").value(QStringLiteral("x-delivery-limit")),
        ManagementRows::object(json, "effective_policy_definition")
            .value(QStringLiteral("delivery-limit")));
    return facts;
}

} // namespace

ManagementBrowser::ManagementBrowser(ManagementApi *api)
    : m_api(api)
{
}

ManagementBrowser::~ManagementBrowser() = default;

void ManagementBrowser::ask(const ManagementQuestion &question, Done<QVariant> done)
{
    m_api->ask(question, whileAlive(m_alive, std::move(done)));
}

QByteArray ManagementBrowser::queuePath(const QString &name) const
{
    return "queues/" + m_api->virtualHost() + '/' + ManagementApi::encoded(name);
}

QByteArray ManagementBrowser::exchangePath(const QString &name) const
{
    return "exchanges/" + m_api->virtualHost() + '/' + ManagementApi::encoded(name);
}

void ManagementBrowser::inventory(const InventoryQuery &query, Done<Inventory> done)
{
    m_walks.push_back(std::make_unique<InventoryWalk>(
        m_api, query,
        [this, done = std::move(done)](InventoryWalk *walk, Result<Inventory> &&result) {
            const auto answer = done;
            auto answered = std::move(result);
            m_mayAskForTotals &= !walk->wereTotalsRefused();
            std::erase_if(m_walks, [walk](const auto &one) { return one.get() == walk; });
            answer(std::move(answered));
        }));
    m_walks.back()->mayAskForTotals = m_mayAskForTotals;
    m_walks.back()->start();
}

void ManagementBrowser::queue(const QString &name, Done<QueueRow> done)
{
    ask({queuePath(name) + '?' + ManagementRows::rateSamples()
         + "&columns=" + ManagementRows::queueColumns()},
        [name, done = std::move(done)](const Result<QVariant> &answer) {
            if (answer)
                done(ManagementRows::queueRow(answer->toMap()));
            else
                done(answer.error().kind() == Error::NotFound ? noSuchQueue(name) : answer.error());
        });
}

void ManagementBrowser::consumers(const QString &queue, Done<QList<ConsumerRow>> done)
{
    ask({queuePath(queue) + "?columns=consumers,consumer_details"},
        [this, queue, done = std::move(done)](const Result<QVariant> &answer) {
            if (answer.error().kind() == Error::NotFound)
                return done(noSuchQueue(queue));
            if (!answer)
                return done(answer.error());
            QList<ConsumerRow> rows;
            const QVariantList items =
                answer->toMap().value(QStringLiteral("consumer_details")).toList();
            if (items.isEmpty() && !answer->toMap().contains(QStringLiteral("consumers")))
                return done(notCounted());
            for (const QVariant &item : items)
                rows.append(ManagementRows::consumerRow(item.toMap()));
            done(rows);
        });
}

// No list is empty because nobody has counted yet.
Error ManagementBrowser::notCounted() const
{
    if (m_api->server().countsNothing) {
        return Error(Error::Unsupported,
                     Text::tr("RabbitMQ's statistics are turned off: who consumes is not known."));
    }
    return Error(Error::Channel,
                 Text::tr("RabbitMQ has not counted who consumes from this queue yet. Ask again in "
                          "some seconds."))
        .withRecoverable(true);
}

// The lists of one queue and of one exchange have no pages; they end with the bound on an answer.
void ManagementBrowser::bindings(const BindingQuery &query, Done<RowPage<BindingRow>> done)
{
    const int most = std::max(1, query.maximumRows);
    if (query.queue.isEmpty() && query.exchange.isEmpty()) {
        RowPage<BindingRow> page;
        page.takenAt = ManagementRows::timeNow(*m_api->hub());
        page.gaps << Text::tr("Every queue is bound to the default exchange by its own name; these "
                              "bindings are not listed.");
        return m_api->hub()->callSoon(
            whileAlive(m_alive, [page, done = std::move(done)] { done(page); }));
    }
    // RabbitMQ has bindings also for what is not there.
    const bool isQueue = !query.queue.isEmpty();
    ask({(isQueue ? queuePath(query.queue) : exchangePath(query.exchange)) + "?columns=name"},
        [this, query, most, isQueue, done = std::move(done)](const Result<QVariant> &answer) {
            if (isQueue && answer.error().kind() == Error::NotFound)
                done(noSuchQueue(query.queue));
            else if (!answer)
                done(answer.error());
            else if (isQueue)
                bindingsOf(queuePath(query.queue) + "/bindings", {}, most, done);
            else
                bindingsOfExchange(query, most, done);
        });
}

void ManagementBrowser::bindingsOfExchange(const BindingQuery &query, int most,
                                           Done<RowPage<BindingRow>> done)
{
    const QByteArray from = exchangePath(query.exchange) + "/bindings/source";
    const QByteArray to = exchangePath(query.exchange) + "/bindings/destination";
    if (query.end != BindingQuery::Both)
        return bindingsOf(query.end == BindingQuery::From ? from : to, {}, most, std::move(done));
    bindingsOf(from, {}, most,
               [this, to, most, done = std::move(done)](Result<RowPage<BindingRow>> &&page) {
                   if (page)
                       bindingsOf(to, std::move(*page), most, done);
                   else
                       done(page.error());
               });
}

void ManagementBrowser::bindingsOf(const QByteArray &path, RowPage<BindingRow> page, int most,
                                   Done<RowPage<BindingRow>> done)
{
    ask({path},
        [this, page = std::move(page), most,
         done = std::move(done)](const Result<QVariant> &answer) mutable {
            if (!answer)
                return done(answer.error());
            page.takenAt = ManagementRows::timeNow(*m_api->hub());
            const QVariantList items = answer->toList();
            page.count = std::max<qint64>(0, page.count) + items.size();
            for (const QVariant &item : items) {
                if (page.rows.size() < most)
                    page.rows.append(ManagementRows::bindingRow(item.toMap()));
            }
            page.truncated = page.count > page.rows.size();
            done(std::move(page));
        });
}

void ManagementBrowser::facts(const QString &queue,
                              std::function<void(const std::optional<QueueFacts> &)> done)
{
    if (!m_api->isOn() || m_api->hasFailed())
        return done({});
    struct Wait
    {
        HubHandle timer;
        std::function<void(const std::optional<QueueFacts> &)> done;
        void end(const std::optional<QueueFacts> &facts)
        {
            timer.cancel();
            if (const auto told = std::exchange(done, nullptr))
                told(facts);
        }
    };
    const auto wait = std::make_shared<Wait>();
    wait->done = std::move(done);
    wait->timer =
        m_api->hub()->callLater(MostForFacts, whileAlive(m_alive, [wait] { wait->end({}); }));
    ask({queuePath(queue) + "?columns=type,arguments,effective_policy_definition"},
        [wait](const Result<QVariant> &answer) {
            wait->end(answer ? std::optional(readFacts(answer->toMap())) : std::nullopt);
        });
}

} // namespace Qombu::Amqp
