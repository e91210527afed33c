// SPDX-License-Identifier: BSD-3-Clause
#include "listverbs.h"

#include "messagejson.h"
#include "peekverb.h"
#include "target.h"
#include "text.h"

#include <Qombu/channel.h>

#include <algorithm>

namespace {

QString countOrDash(qint64 count)
{
    return count < 0 ? QStringLiteral("–") : QString::number(count);
}

QVariant timeOrNull(const QDateTime &time)
{
    return time.isValid() ? QVariant(time.toUTC().toString(Qt::ISODateWithMs))
                          : QVariant::fromValue(nullptr);
}

// The three lists that come from one look at the broker.
class InventoryVerb : public ListVerb
{
protected:
    virtual QStringList header(const Qombu::Inventory &inventory) const = 0;
    virtual std::vector<Row> rows(const Qombu::Inventory &inventory) const = 0;
    virtual void tellMore(const Qombu::Inventory &inventory) const
    {
        tellTruncation(inventory.truncated);
    }

    void ask(Session &session, Qombu::Browser &browser) override
    {
        browser.inventory().then(
            &session, [this, &session](const Qombu::Result<Qombu::Inventory> &inventory) {
                if (!inventory) {
                    session.fail(inventory.error());
                    return;
                }
                tellMore(*inventory);
                print(session, header(*inventory), rows(*inventory));
            });
    }
};

class QueuesVerb : public InventoryVerb
{
public:
    QString name() const override { return QStringLiteral("queues"); }
    QString example() const override { return QStringLiteral("queues --json"); }
    QString summary() const override { return Text::tr("List queues with their counts."); }
    QString synopsis() const override { return {}; }

protected:
    QStringList header(const Qombu::Inventory &inventory) const override
    {
        const QStringList header = {Text::tr("QUEUE"), Text::tr("READY"), Text::tr("UNACKED"),
                                    Text::tr("CONSUMERS")};
        return hasQuarantine(inventory) ? header + QStringList(Text::tr("QUARANTINED")) : header;
    }
    std::vector<Row> rows(const Qombu::Inventory &inventory) const override
    {
        std::vector<Row> rows;
        for (const Qombu::QueueRow &queue : inventory.queues)
            rows.push_back({{{QStringLiteral("queue"), queue.name},
                             {QStringLiteral("ready"), countOrNull(queue.ready)},
                             {QStringLiteral("unacked"), countOrNull(queue.unacked)},
                             {QStringLiteral("consumers"), countOrNull(queue.consumers)},
                             {QStringLiteral("quarantined"), countOrNull(queue.quarantined)}},
                            {queue.name, countOrDash(queue.ready), countOrDash(queue.unacked),
                             countOrDash(queue.consumers), countOrUnknown(queue.quarantined)}});
        return rows;
    }

    // A queue may be known by its held messages alone, and not all of many are looked at.
    void tellMore(const Qombu::Inventory &inventory) const override
    {
        const auto isCounted = [](const Qombu::QueueRow &queue) { return queue.unacked >= 0; };
        const auto &queues = inventory.queues;
        const bool isWhole =
            !queues.isEmpty() && std::all_of(queues.cbegin(), queues.cend(), isCounted);
        if (inventory.truncated || inventory.unacked <= 0 || isWhole)
            return tellTruncation(inventory.truncated);
        Output::sentence(Text::tr("%1 messages are held, and not all were looked at: queues in "
                                  "which none waits may be missing here.")
                             .arg(inventory.unacked));
    }

private:
    static bool hasQuarantine(const Qombu::Inventory &inventory)
    {
        return std::any_of(inventory.queues.cbegin(), inventory.queues.cend(),
                           [](const Qombu::QueueRow &queue) { return queue.quarantined != 0; });
    }
};

class ExchangesVerb : public InventoryVerb
{
public:
    QString name() const override { return QStringLiteral("exchanges"); }
    QString example() const override { return QStringLiteral("exchanges"); }
    QString summary() const override
    {
        return Text::tr("List exchanges; a type that is a guess is marked.");
    }
    QString synopsis() const override { return {}; }

protected:
    QStringList header(const Qombu::Inventory &) const override
    {
        return {Text::tr("EXCHANGE"), Text::tr("TYPE"), Text::tr("BINDINGS"), QString()};
    }
    std::vector<Row> rows(const Qombu::Inventory &inventory) const override
    {
        std::vector<Row> rows;
        for (const Qombu::ExchangeRow &exchange : inventory.exchanges) {
            const QString type = exchangeTypeName(exchange.type);
            rows.push_back(
                {{{QStringLiteral("exchange"), exchange.name},
                  {QStringLiteral("type"), type},
                  {QStringLiteral("inferred"), exchange.inferred},
                  {QStringLiteral("bindings"), exchange.bindings},
                  {QStringLiteral("bindings_expire_at"), timeOrNull(exchange.bindingsExpireAt)}},
                 {exchange.name, exchange.inferred ? Text::tr("%1 (inferred)").arg(type) : type,
                  QString::number(exchange.bindings), exposure(exchange.bindingsExpireAt)}});
        }
        return rows;
    }

private:
    static QString exposure(const QDateTime &end)
    {
        if (!end.isValid())
            return {};
        return Text::tr("Kombu may delete these bindings from %1 on; \"qombu bind\" of one keeps "
                        "all of them")
            .arg(end.toLocalTime().toString(Qt::ISODate));
    }
};

class BindingsVerb : public InventoryVerb
{
public:
    QString name() const override { return QStringLiteral("bindings"); }
    QString example() const override { return QStringLiteral("bindings"); }
    QString summary() const override
    {
        return Text::tr("List bindings; patterns read differently by AMQP are marked.");
    }
    QString synopsis() const override { return {}; }

protected:
    QStringList header(const Qombu::Inventory &) const override
    {
        return {Text::tr("EXCHANGE"), Text::tr("ROUTING KEY"), Text::tr("TO"), QString()};
    }
    std::vector<Row> rows(const Qombu::Inventory &inventory) const override
    {
        std::vector<Row> rows;
        for (const Qombu::BindingRow &binding : inventory.bindings) {
            const QString &exchange = binding.destinationExchange;
            rows.push_back(
                {{{QStringLiteral("exchange"), binding.exchange},
                  {QStringLiteral("routing_key"), binding.routingKey},
                  {QStringLiteral("queue"), binding.queue},
                  {QStringLiteral("destination_exchange"), exchange},
                  {QStringLiteral("pattern"), binding.pattern},
                  {QStringLiteral("semantics_differ"), binding.semanticsDiffer}},
                 {binding.exchange, binding.routingKey,
                  exchange.isEmpty() ? binding.queue : Text::tr("exchange %1").arg(exchange),
                  binding.semanticsDiffer ? Text::tr("Kombu matches other keys than AMQP would")
                                          : QString()}});
        }
        return rows;
    }
};

class UnackedVerb : public ListVerb
{
public:
    QString name() const override { return QStringLiteral("unacked"); }
    QString example() const override { return QStringLiteral("unacked"); }
    QString summary() const override { return Text::tr("List messages that consumers hold."); }
    QString synopsis() const override { return {}; }

protected:
    void ask(Session &session, Qombu::Browser &browser) override
    {
        browser.unacked(Most + 1).then(
            &session, [this, &session](const Qombu::Result<QList<Qombu::UnackedRow>> &held) {
                if (!held) {
                    session.fail(held.error());
                    return;
                }
                tellTruncation(held->size() > Most);
                std::vector<Row> rows;
                for (const Qombu::UnackedRow &row : held->first(std::min(Most, held->size())))
                    rows.push_back(rowOf(row));
                print(session,
                      {Text::tr("TAG"), Text::tr("QUEUE"), Text::tr("HOLDER"),
                       Text::tr("HOLDER IS"), Text::tr("DELIVERED"), Text::tr("RETURNS"),
                       QString()},
                      rows);
            });
    }

private:
    static constexpr qsizetype Most = 1000; // are shown

    static Row rowOf(const Qombu::UnackedRow &row)
    {
        QVariantMap object = messageObject(row.message, whyUnreadable(row.message));
        object.insert(QStringLiteral("tag"), row.tag);
        object.insert(QStringLiteral("delivered_at"),
                      row.deliveredAt.toUTC().toString(Qt::ISODateWithMs));
        object.insert(QStringLiteral("returns_at"),
                      row.returnsAt.toUTC().toString(Qt::ISODateWithMs));
        object.insert(QStringLiteral("holder"),
                      row.holder.isEmpty() ? QVariant::fromValue(nullptr) : QVariant(row.holder));
        object.insert(QStringLiteral("holder_state"), keyOf(row.holderState));
        return {object,
                {row.tag, row.message.queue(),
                 row.holder.isEmpty() ? QStringLiteral("–") : row.holder, nameOf(row.holderState),
                 row.deliveredAt.toLocalTime().toString(Qt::ISODate),
                 row.returnsAt.toLocalTime().toString(Qt::ISODate), row.message.error().text()}};
    }
    static QString keyOf(Qombu::HolderState state)
    {
        const char *const keys[] = {"unknown", "alive", "dead"};
        return QString::fromLatin1(keys[int(state)]);
    }
    static QString nameOf(Qombu::HolderState state)
    {
        const QString names[] = {Text::tr("unknown"), Text::tr("alive"), Text::tr("dead")};
        return names[int(state)];
    }
};

} // namespace

void ListVerb::tellTruncation(bool isTruncated)
{
    if (isTruncated)
        Output::sentence(Text::tr("There is more than the rows shown here."));
}

// A queue that is bound is there. Only a clear no is one: not all may look for bindings.
void ListVerb::tellWhyNothing(Session &session, const QString &queue,
                              const std::function<void()> &isThere)
{
    using Info = Qombu::Result<Qombu::QueueInfo>;
    session.connection()->defaultChannel()->inspect(queue).then(
        &session, [&session, queue, isThere](const Info &info) {
            const Qombu::Error error = info.error();
            const bool isForeign = error.kind() == Qombu::Error::Channel;
            if (error.kind() == Qombu::Error::NotFound)
                session.finish(ExitCode::NotThere,
                               Text::tr("The queue \"%1\" is empty or not there.").arg(queue));
            else if (isForeign || exitCodeOf(error) == ExitCode::Usage)
                session.fail(error);
            else if (error.isError())
                session.finish(ExitCode::Done,
                               Text::tr("The queue \"%1\" is empty, or not there: %2")
                                   .arg(queue, error.text()));
            else
                isThere();
        });
}

QVariant ListVerb::countOrNull(qint64 count)
{
    return count < 0 ? QVariant::fromValue(nullptr) : QVariant(count);
}

QString ListVerb::countOrUnknown(qint64 count)
{
    return count < 0 ? Text::tr("unknown") : QString::number(count);
}

UsageError ListVerb::read(const QCommandLineParser &, const QStringList &positional)
{
    return positional.isEmpty() ? QString() : Text::tr("\"%1\" takes no argument.").arg(name());
}

void ListVerb::start(Session &session)
{
    m_browser = std::make_unique<Qombu::Browser>(session.connection());
    ask(session, *m_browser);
}

void ListVerb::print(Session &session, const QStringList &header, const std::vector<Row> &rows)
{
    if (session.output().isJson()) {
        for (const Row &row : rows)
            session.output().object(row.object);
    } else {
        std::vector<QStringList> cells;
        for (const Row &row : rows)
            cells.push_back(row.cells);
        session.output().table(header, cells);
    }
    session.finish(ExitCode::Done);
}

std::vector<std::unique_ptr<Verb>> listVerbs()
{
    std::vector<std::unique_ptr<Verb>> verbs;
    verbs.push_back(std::make_unique<PeekVerb>());
    verbs.push_back(std::make_unique<QueuesVerb>());
    verbs.push_back(std::make_unique<ExchangesVerb>());
    verbs.push_back(std::make_unique<BindingsVerb>());
    verbs.push_back(std::make_unique<UnackedVerb>());
    return verbs;
}
