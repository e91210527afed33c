// SPDX-License-Identifier: BSD-3-Clause
#include "topologyverbs.h"

#include "text.h"

#include <Qombu/browser.h>

namespace {

// Prints the object or the sentence, and ends the program; or fails.
template<typename T, typename Describe>
void answer(Session &session, Qombu::Pending<T> pending, Describe describe)
{
    pending.then(&session, [&session, describe](const Qombu::Result<T> &result) {
        if (!result) {
            session.fail(result.error());
            return;
        }
        const std::pair<QVariantMap, QString> text = describe(result);
        if (session.output().isJson())
            session.output().object(text.first);
        else
            session.output().line(text.second.toUtf8());
        session.finish(ExitCode::Done);
    });
}

void answerDone(Session &session, Qombu::Pending<void> pending, const QString &kind,
                const QString &name, const QString &sentence)
{
    answer(session, std::move(pending), [=](const Qombu::Result<void> &) {
        return std::pair(QVariantMap{{kind, name}}, sentence);
    });
}

void answerCount(Session &session, Qombu::Pending<qint64> pending, const QString &queue)
{
    answer(session, std::move(pending), [queue](const Qombu::Result<qint64> &removed) {
        return std::pair(
            QVariantMap{{QStringLiteral("queue"), queue}, {QStringLiteral("removed"), *removed}},
            Text::tr("%1: %2 messages removed").arg(queue).arg(*removed));
    });
}

const QString QueueField = QStringLiteral("queue");
const QString ExchangeField = QStringLiteral("exchange");

void declareQueue(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    answer(session, channel.declare(Qombu::Queue(request.subject)),
           [](const Qombu::Result<Qombu::QueueInfo> &info) {
               return std::pair(
                   QVariantMap{{QueueField, info->name},
                               {QStringLiteral("messages"), info->messageCount}},
                   Text::tr("%1: %2 messages").arg(info->name).arg(info->messageCount));
           });
}

void declareExchange(Session &session, Qombu::Channel &channel,
                     const TopologyVerb::Request &request)
{
    answerDone(session, channel.declare(Qombu::Exchange(request.subject, request.type)),
               ExchangeField, request.subject,
               Text::tr("%1: declared as %2").arg(request.subject, exchangeTypeName(request.type)));
}

// Without --type an exchange is what the broker shows it to be; a new one is direct.
void withBinding(Session &session, const TopologyVerb::Request &request,
                 std::function<void(const Qombu::Binding &)> go)
{
    Qombu::Binding binding;
    binding.exchange = *request.exchange.exchange;
    binding.routingKey = request.exchange.key;
    (request.toExchange ? binding.destinationExchange : binding.queue) = request.subject;
    if (binding.exchange.isDeclared())
        return go(binding);
    using Inventory = Qombu::Result<Qombu::Inventory>;
    auto *browser = new Qombu::Browser(session.connection(), &session);
    browser->inventory().then(&session, [binding, go](const Inventory &inventory) mutable {
        if (inventory) {
            for (const Qombu::ExchangeRow &row : inventory->exchanges) {
                if (row.name == binding.exchange.name())
                    binding.exchange = Qombu::Exchange(row.name, row.type).setDeclared(false);
            }
        }
        go(binding);
    });
}

void answerBinding(Session &session, Qombu::Pending<void> pending, const Qombu::Binding &binding,
                   const QString &sentence)
{
    const bool toQueue = binding.destinationExchange.isEmpty();
    const QString &name = toQueue ? binding.queue : binding.destinationExchange;
    answerDone(session, std::move(pending),
               toQueue ? QueueField : QStringLiteral("destination_exchange"), name,
               sentence.arg(name, binding.exchange.name()));
}

void bind(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    withBinding(session, request, [&session, &channel](const Qombu::Binding &binding) {
        answerBinding(session, channel.bind(binding), binding, Text::tr("%1: bound to %2"));
    });
}

void unbind(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    withBinding(session, request, [&session, &channel](const Qombu::Binding &binding) {
        answerBinding(session, channel.unbind(binding), binding,
                      Text::tr("%1: no longer bound to %2"));
    });
}

void deleteQueue(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    answerCount(session, channel.remove(Qombu::Queue(request.subject), request.conditions),
                request.subject);
}

void deleteExchange(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    answerDone(session, channel.remove(Qombu::Exchange(request.subject), request.conditions),
               ExchangeField, request.subject, Text::tr("%1: deleted").arg(request.subject));
}

void purge(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    answerCount(session, channel.purge(request.subject), request.subject);
}

} // namespace

TopologyVerb::TopologyVerb(const QString &name, const QString &summary, const QString &subject,
                           Options options, Run run)
    : m_name(name)
    , m_summary(summary)
    , m_subject(subject)
    , m_options(options)
    , m_run(std::move(run))
{
}

void TopologyVerb::addOptions(QCommandLineParser &parser) const
{
    switch (m_options) {
    case NoOptions:
        break;
    case TypeOption:
        parser.addOption(
            {QStringLiteral("type"), Text::tr("direct, topic, fanout or headers."), Text::tr("T")});
        break;
    case BindingOptions:
        ExchangeArguments::addOptions(parser, QStringLiteral("routing-key"));
        parser.addOption({QStringLiteral("to-exchange"),
                          Text::tr("The destination is an exchange, not a queue.")});
        break;
    case QueueConditions:
        parser.addOption(
            {QStringLiteral("if-unused"), Text::tr("Only if nobody consumes from it.")});
        parser.addOption({QStringLiteral("if-empty"), Text::tr("Only if no message waits in it.")});
        break;
    case ExchangeConditions:
        parser.addOption(
            {QStringLiteral("if-unused"), Text::tr("Only if nothing is bound to it.")});
        break;
    }
}

UsageError TopologyVerb::read(const QCommandLineParser &parser, const QStringList &positional)
{
    if (positional.size() != 1 || positional.constFirst().isEmpty())
        return Text::tr("\"%1\" wants exactly one %2.").arg(m_name, m_subject);
    m_request.subject = positional.constFirst();
    const QStringList asked = parser.optionNames();
    m_request.toExchange = asked.contains(QLatin1String("to-exchange"));
    m_request.conditions.ifUnused = asked.contains(QLatin1String("if-unused"));
    m_request.conditions.ifEmpty = asked.contains(QLatin1String("if-empty"));
    if (m_options == TypeOption) {
        if (!parser.isSet(QStringLiteral("type")))
            return Text::tr("\"%1\" needs --type direct, topic, fanout or headers.").arg(m_name);
        return readExchangeType(parser.value(QStringLiteral("type")), m_request.type);
    }
    if (m_options == BindingOptions) {
        if (!parser.isSet(QStringLiteral("exchange")))
            return Text::tr("\"%1\" needs --exchange E.").arg(m_name);
        return m_request.exchange.read(parser, QStringLiteral("routing-key"));
    }
    return {};
}

void TopologyVerb::start(Session &session)
{
    m_run(session, *session.connection()->defaultChannel(), m_request);
}

std::vector<std::unique_ptr<Verb>> topologyVerbs()
{
    const QString queue = QStringLiteral("Q");
    const QString exchange = QStringLiteral("E");
    const QString destination = QStringLiteral("Q|E");
    std::vector<std::unique_ptr<Verb>> verbs;
    const auto add = [&](const char *name, const QString &summary, const QString &subject,
                         TopologyVerb::Options options, TopologyVerb::Run run) {
        verbs.push_back(std::make_unique<TopologyVerb>(QString::fromLatin1(name), summary, subject,
                                                       options, std::move(run)));
    };
    add("declare-queue", Text::tr("Make a queue known."), queue, TopologyVerb::NoOptions,
        declareQueue);
    add("declare-exchange", Text::tr("Make an exchange known."), exchange, TopologyVerb::TypeOption,
        declareExchange);
    add("bind", Text::tr("Let an exchange send to a queue or another exchange."), destination,
        TopologyVerb::BindingOptions, bind);
    add("unbind", Text::tr("Take a binding away."), destination, TopologyVerb::BindingOptions,
        unbind);
    add("delete-queue", Text::tr("Remove a queue, its messages and bindings."), queue,
        TopologyVerb::QueueConditions, deleteQueue);
    add("delete-exchange", Text::tr("Remove an exchange and its bindings."), exchange,
        TopologyVerb::ExchangeConditions, deleteExchange);
    add("purge", Text::tr("Remove the messages that wait in a queue."), queue,
        TopologyVerb::NoOptions, purge);
    return verbs;
}
