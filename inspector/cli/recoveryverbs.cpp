// SPDX-License-Identifier: BSD-3-Clause
#include "recoveryverbs.h"

#include "answer.h"
#include "cellvalues.h"
#include "listverb.h"
#include "text.h"

#include <Qombu/recovery.h>

namespace {

const QString QueueKey = QStringLiteral("queue");
const QString AllOption = QStringLiteral("all");
const QString HolderOption = QStringLiteral("holder");
const QString ForceOption = QStringLiteral("force");
const QString LimitOption = QStringLiteral("limit");

class QuarantineVerb : public ListVerb
{
public:
    QString name() const override { return QStringLiteral("quarantine"); }
    QString example() const override { return QStringLiteral("quarantine orders"); }
    QString summary() const override
    {
        return Text::tr("List what was put aside because it is no message: counts, or the "
                        "elements of one queue.");
    }
    QString synopsis() const override { return QStringLiteral("[QUEUE]"); }
    QList<QCommandLineOption> options() const override
    {
        return {{LimitOption, Text::tr("At most so many elements (default 100)."), Text::tr("N")}};
    }

    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override
    {
        if (positional.size() > 1 || (positional.size() == 1 && positional.constFirst().isEmpty()))
            return Text::tr("Name one queue, or none.");
        m_queue = positional.value(0);
        if (m_queue.isEmpty() && parser.isSet(LimitOption))
            return Text::tr("--limit needs a queue.");
        return readNumber(parser, LimitOption, 1, 100000, m_limit);
    }

protected:
    void ask(Session &session, Qombu::Browser &browser) override
    {
        if (m_queue.isEmpty())
            return askAll(session, browser);
        browser.quarantine(m_queue, int(m_limit))
            .then(&session, [this, &session](const auto &found) {
                if (!found)
                    return session.fail(found.error());
                if (found->isEmpty())
                    return tellWhyNothing(session, m_queue,
                                          [this, &session] { show(session, {}); });
                show(session, *found);
            });
    }

private:
    void show(Session &session, const QList<Qombu::QuarantinedRow> &found)
    {
        std::vector<Row> rows;
        for (const Qombu::QuarantinedRow &row : found)
            rows.push_back(rowOf(row));
        print(session,
              {{Text::tr("NAME")},
               {Text::tr("BYTES")},
               {Text::tr("BEGINS WITH")},
               {Text::tr("WHY IT IS NO MESSAGE")}},
              rows);
    }

    void askAll(Session &session, Qombu::Browser &browser)
    {
        Qombu::InventoryQuery query;
        query.parts = Qombu::InventoryQuery::Queues;
        browser.inventory(query).then(&session, [this, &session](const auto &inventory) {
            if (!inventory)
                return session.fail(inventory.error());
            tellTruncation(inventory->truncated);
            std::vector<Row> rows;
            for (const Qombu::QueueRow &queue : inventory->queues) {
                if (queue.quarantined != 0)
                    rows.push_back(
                        {{{QueueKey, queue.name},
                          {QStringLiteral("quarantined"), countOrNull(queue.quarantined)}},
                         {queue.name, countOrUnknown(queue.quarantined)}});
            }
            print(session, {{Text::tr("QUEUE")}, {Text::tr("QUARANTINED")}}, rows);
        });
    }

    Row rowOf(const Qombu::QuarantinedRow &row) const
    {
        constexpr qsizetype Columns = 40;
        const QString start = QString::fromUtf8(row.start);
        const QString shown = start.size() > Columns ? start.first(Columns) + u'…' : start;
        const bool isMessage = !row.error.isError();
        return {{{QueueKey, m_queue},
                 {QStringLiteral("name"), row.name},
                 {QStringLiteral("bytes"), row.bytes},
                 {QStringLiteral("start"), start},
                 {QStringLiteral("error"),
                  isMessage ? QVariant::fromValue(nullptr) : QVariant(row.error.text())}},
                {row.name, QString::number(row.bytes), shown,
                 isMessage ? Text::tr("It is one by now.") : row.error.text()}};
    }

    QString m_queue;
    qint64 m_limit = 100;
};

// A verb that is one request to a Recovery.
class RecoveryVerb : public Verb
{
public:
    bool changesBroker() const override { return true; }

    void start(Session &session) override
    {
        m_recovery = std::make_unique<Qombu::Recovery>(session.connection());
        request(*m_recovery).then(&session, [this, &session](const Qombu::Result<qint64> &count) {
            if (count)
                printAnswer(session, answer(*count));
            else
                session.finish(codeOf(count.error()), count.error().text());
        });
    }

protected:
    virtual Qombu::Pending<qint64> request(Qombu::Recovery &recovery) = 0;
    virtual Answer answer(qint64 count) const = 0;

private:
    static ExitCode codeOf(const Qombu::Error &error)
    {
        if (error.kind() == Qombu::Error::NotFound)
            return ExitCode::NotThere;
        return error.replyCode() == 406 ? ExitCode::Refused : exitCodeOf(error);
    }

    std::unique_ptr<Qombu::Recovery> m_recovery;
};

// One element of a quarantine, or all.
class QuarantinedVerb : public RecoveryVerb
{
public:
    QString synopsis() const override { return QStringLiteral("QUEUE [NAME]"); }
    QList<QCommandLineOption> options() const override
    {
        return {{AllOption, Text::tr("All that are there, in place of the element NAME.")}};
    }

    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override
    {
        m_isAll = parser.isSet(AllOption);
        if (positional.size() != (m_isAll ? 1 : 2) || positional.contains(QString()))
            return Text::tr(
                "Name a queue and an element, which \"qombu quarantine QUEUE\" shows, or "
                "a queue and --all.");
        m_queue = positional.constFirst();
        m_element = positional.value(1);
        return {};
    }

protected:
    QString m_queue;
    QString m_element;
    bool m_isAll = false;
};

class RequeueQuarantinedVerb : public QuarantinedVerb
{
public:
    QString name() const override { return QStringLiteral("requeue-quarantined"); }
    QString example() const override { return QStringLiteral("requeue-quarantined orders --all"); }
    QString summary() const override
    {
        return Text::tr(
            "Put elements of a quarantine back into their queue, as they are, behind all "
            "that wait there.");
    }

protected:
    Qombu::Pending<qint64> request(Qombu::Recovery &recovery) override
    {
        return m_isAll ? recovery.requeueAllQuarantined(m_queue)
                       : recovery.requeueQuarantined(m_queue, m_element);
    }
    Answer answer(qint64 count) const override
    {
        return {{{QueueKey, m_queue}, {QStringLiteral("requeued"), count}},
                Text::tr("%1: %2 elements put back").arg(m_queue, QString::number(count))};
    }
};

class DropQuarantinedVerb : public QuarantinedVerb
{
public:
    QString name() const override { return QStringLiteral("drop-quarantined"); }
    QString example() const override
    {
        return QStringLiteral("drop-quarantined orders 2fd4e1c67a2d");
    }
    QString summary() const override { return Text::tr("Delete elements of a quarantine."); }

protected:
    Qombu::Pending<qint64> request(Qombu::Recovery &recovery) override
    {
        return m_isAll ? recovery.dropAllQuarantined(m_queue)
                       : recovery.dropQuarantined(m_queue, m_element);
    }
    Answer answer(qint64 count) const override
    {
        return {{{QueueKey, m_queue}, {QStringLiteral("dropped"), count}},
                Text::tr("%1: %2 elements deleted").arg(m_queue, QString::number(count))};
    }
};

class ReturnVerb : public RecoveryVerb
{
public:
    QString name() const override { return QStringLiteral("return"); }
    QString example() const override
    {
        return QStringLiteral("return --holder 1b4e28ba-2fa1-11d2-883f-0016d3cca427");
    }
    QString summary() const override
    {
        return Text::tr("Put what a dead consumer holds back to the front of its queues, now.");
    }
    QString synopsis() const override { return QStringLiteral("[TAG]"); }
    QList<QCommandLineOption> options() const override
    {
        return {
            {HolderOption, Text::tr("All that this holder holds, in place of the message TAG."),
             Text::tr("NAME")},
            {ForceOption,
             Text::tr("Also from a holder that lives, or of whom nobody knows, such as Kombu's: "
                      "the messages may be worked on twice.")}};
    }

    UsageError read(const QCommandLineParser &parser, const QStringList &positional) override
    {
        m_isHolder = parser.isSet(HolderOption);
        m_name = m_isHolder ? parser.value(HolderOption) : positional.value(0);
        if (positional.size() != (m_isHolder ? 0 : 1) || m_name.isEmpty())
            return Text::tr("Give one tag, or --holder NAME; \"qombu unacked\" shows both.");
        if (parser.isSet(ForceOption))
            m_from = Qombu::Recovery::AnyHolder;
        return {};
    }

protected:
    Qombu::Pending<qint64> request(Qombu::Recovery &recovery) override
    {
        return m_isHolder ? recovery.returnHeldBy(m_name, m_from)
                          : recovery.returnUnacked(m_name, m_from);
    }
    Answer answer(qint64 count) const override
    {
        return {{{m_isHolder ? HolderOption : QStringLiteral("tag"), m_name},
                 {QStringLiteral("returned"), count}},
                Text::tr("%1: %2 messages returned").arg(m_name, QString::number(count))};
    }

private:
    QString m_name;
    bool m_isHolder = false;
    Qombu::Recovery::Holders m_from = Qombu::Recovery::DeadHolders;
};

} // namespace

std::vector<std::unique_ptr<Verb>> recoveryVerbs()
{
    std::vector<std::unique_ptr<Verb>> verbs;
    verbs.push_back(std::make_unique<QuarantineVerb>());
    verbs.push_back(std::make_unique<RequeueQuarantinedVerb>());
    verbs.push_back(std::make_unique<DropQuarantinedVerb>());
    verbs.push_back(std::make_unique<ReturnVerb>());
    return verbs;
}
