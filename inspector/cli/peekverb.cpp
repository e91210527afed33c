// SPDX-License-Identifier: BSD-3-Clause
#include "peekverb.h"

#include "messagejson.h"
#include "text.h"

namespace {

const QString AnyRiskOption = QStringLiteral("force");

} // namespace

QString PeekVerb::summary() const
{
    return Text::tr("Show waiting messages; what that changes at the broker is said before.");
}

QList<QCommandLineOption> PeekVerb::options() const
{
    return {
        {QStringLiteral("limit"), Text::tr("At most so many (default 100)."), Text::tr("N")},
        {QStringLiteral("from"),
         Text::tr("head: next to be delivered (default); tail: newest first."), Text::tr("END")},
        {AnyRiskOption,
         Text::tr("Look also where that may bring messages out of order, or nearer to the "
                  "delivery limit at which the broker drops them.")},
    };
}

UsageError PeekVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    if (positional.size() != 1 || positional.constFirst().isEmpty())
        return Text::tr("Name exactly one queue.");
    m_request.queue = positional.constFirst();
    const QString from = parser.value(QStringLiteral("from"));
    if (from == QLatin1String("tail"))
        m_request.from = Qombu::QueueEnd::Tail;
    else if (!from.isEmpty() && from != QLatin1String("head"))
        return Text::tr("--from wants head or tail, not \"%1\".").arg(from);
    if (parser.isSet(AnyRiskOption))
        m_request.accepted = Qombu::PeekRisk::Unknown;
    return readNumber(parser, QStringLiteral("limit"), 1, 100000, m_limit);
}

// What it would change is said before it does it, where a broker has no silent look.
void PeekVerb::ask(Session &session, Qombu::Browser &browser)
{
    browser.planPeek(m_request.queue)
        .then(&session, [this, &session, &browser](const Qombu::Result<Qombu::PeekPlan> &plan) {
            const Qombu::Error error = plan ? plan->refusal : plan.error();
            if (error.kind() == Qombu::Error::NotFound)
                tellWhyEmpty(session);
            else if (error.kind() == Qombu::Error::LimitExceeded) // messages would be lost
                session.finish(ExitCode::Refused, error.text());
            else if (error.isError())
                session.fail(error);
            else if (mayLook(session, *plan))
                look(session, browser, plan->waiting);
        });
}

bool PeekVerb::mayLook(Session &session, const Qombu::PeekPlan &plan) const
{
    const auto can = session.connection()->capabilities();
    if (m_request.from == Qombu::QueueEnd::Tail && !can.testFlag(Qombu::Capability::PeekTail))
        return true; // the answer is a no, and nothing changes
    for (const QString &change : plan.changes)
        Output::sentence(change);
    QString refusal;
    if (!plan.changes.isEmpty() && session.globals().readOnly)
        refusal = Text::tr("Refused: a look changes this broker, and this call is read-only.");
    else if (plan.risk > m_request.accepted)
        refusal = Text::tr("Refused: nothing was looked at. With --force it is.");
    if (!refusal.isEmpty())
        session.finish(ExitCode::Refused, refusal);
    return refusal.isEmpty();
}

void PeekVerb::look(Session &session, Qombu::Browser &browser, qint64 waiting)
{
    m_request.limit = int(m_limit);
    browser.peek(m_request).then(
        &session, [=, this, &session](const Qombu::Result<QList<Qombu::Message>> &messages) {
            if (!messages)
                session.fail(messages.error());
            else if (messages->isEmpty())
                tellWhyEmpty(session);
            else
                show(session, *messages, waiting);
        });
}

void PeekVerb::tellWhyEmpty(Session &session)
{
    tellWhyNothing(session, m_request.queue, [&session] { session.finish(ExitCode::Done); });
}

void PeekVerb::show(Session &session, const QList<Qombu::Message> &messages, qint64 waiting) const
{
    Output &output = session.output();
    for (const Qombu::Message &message : messages) {
        const Qombu::Error error = whyUnreadable(message);
        if (output.isJson())
            output.object(messageObject(message, error));
        else
            output.line(messageLine(message, error).toUtf8());
    }
    if (waiting > messages.size())
        Output::sentence(
            Text::tr("Shown are %1 of %2 messages that waited.").arg(messages.size()).arg(waiting));
    session.finish(ExitCode::Done);
}
