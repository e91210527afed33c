// SPDX-License-Identifier: BSD-3-Clause
#include "topologyverbs.h"

#include "answer.h"
#include "text.h"

#include <Qombu/browser.h>

#include <algorithm>

namespace {

// AMQP 0-9-1, exchange.declare: brokers keep these names for themselves.
bool isBrokersName(const QString &name)
{
    return name.startsWith(QLatin1String("amq."));
}

// They say only that they refuse, or that it is not there.
void fail(Session &session, const Qombu::Error &error, const QString &name)
{
    constexpr int AccessRefused = 403; // AMQP 0-9-1 §1.1
    const bool isRefused = error.replyCode() == AccessRefused;
    if (isBrokersName(name) && (isRefused || error.kind() == Qombu::Error::NotFound))
        return session.finish(ExitCode::Usage,
                              Text::tr("Names that begin with \"amq.\" are the broker's own, and "
                                       "%1 is one: %2")
                                  .arg(name, error.text()));
    session.fail(error);
}

// Prints what describe() makes of the result, and ends the program; or fails.
template<typename T, typename Describe>
void answer(Session &session, Qombu::Pending<T> pending, const QString &name, Describe describe)
{
    pending.then(&session, [&session, name, describe](const Qombu::Result<T> &result) {
        if (result)
            printAnswer(session, describe(result));
        else
            fail(session, result.error(), name);
    });
}

void answerDone(Session &session, Qombu::Pending<void> pending, const QString &kind,
                const QString &name, const QString &sentence)
{
    const Answer done{{{kind, name}}, sentence};
    answer(session, std::move(pending), name, [done](const Qombu::Result<void> &) { return done; });
}

Answer removedText(const QString &queue, qint64 removed)
{
    return {{{QStringLiteral("queue"), queue}, {QStringLiteral("removed"), removed}},
            Text::tr("%1: %2 messages removed").arg(queue, QString::number(removed))};
}

// Calls go() with what is there, none where that cannot be said.
void look(Session &session, Qombu::InventoryQuery::Part part,
          const std::function<void(const std::optional<Qombu::Inventory> &)> &go,
          const QString &nameFilter = {})
{
    Qombu::InventoryQuery query;
    query.parts = part;
    query.nameFilter = nameFilter;
    auto *browser = new Qombu::Browser(session.connection(), &session);
    browser->inventory(query).then(
        &session, [go](const Qombu::Result<Qombu::Inventory> &inventory) {
            const bool isWhole = inventory && !inventory->truncated && inventory->cursor.isEmpty();
            go(isWhole ? std::optional(*inventory) : std::nullopt);
        });
}

// Where all its messages are held nothing else is left of a queue on some brokers.
void queueNotThere(Session &session, const QString &queue)
{
    const auto say = [&session, queue](const std::optional<Qombu::Inventory> &inventory) {
        const auto isHeld = [&](const Qombu::QueueRow &row) {
            return row.name == queue && row.unacked != 0;
        };
        const bool isThere =
            inventory && std::any_of(inventory->queues.cbegin(), inventory->queues.cend(), isHeld);
        session.finish(ExitCode::NotThere,
                       (isThere
                            ? Text::tr("All messages of the queue \"%1\" are held by consumers: "
                                       "nothing was removed.")
                            : Text::tr("There is no queue \"%1\"."))
                           .arg(queue));
    };
    look(session, Qombu::InventoryQuery::Queues, say, queue);
}

// Only a clear no is one: who may not look, or sees too much, acts all the same.
bool isNotFound(const Qombu::Error &error)
{
    return error.kind() == Qombu::Error::NotFound;
}

const QString QueueField = QStringLiteral("queue");
const QString ExchangeField = QStringLiteral("exchange");

// Some brokers keep nothing of a queue that is empty and bound to nothing.
void declareQueue(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    using Info = Qombu::Result<Qombu::QueueInfo>;
    Qombu::Queue queue(request.subject);
    queue.setArguments(request.arguments);
    channel.declare(queue).then(
        &session, [&session, &channel, name = request.subject](const Info &info) {
            if (!info)
                return fail(session, info.error(), name);
            channel.inspect(info->name).then(&session, [&session, info](const Info &found) {
                if (isNotFound(found.error()))
                    Output::sentence(
                        Text::tr("This broker keeps no empty queues: %1 is listed once a message "
                                 "waits in it or an exchange is bound to it.")
                            .arg(info->name));
                printAnswer(
                    session,
                    {{{QueueField, info->name}, {QStringLiteral("messages"), info->messageCount}},
                     Text::tr("%1: %2 messages")
                         .arg(info->name, QString::number(info->messageCount))});
            });
        });
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
    Qombu::InventoryQuery query;
    query.parts = Qombu::InventoryQuery::Exchanges;
    auto *browser = new Qombu::Browser(session.connection(), &session);
    browser->inventory(query).then(&session, [binding, go](const Inventory &inventory) mutable {
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

// A guess knows only topic and direct, and takes what is bound to a fanout exchange for direct.
bool contradicts(const Qombu::ExchangeRow &row, Qombu::ExchangeType wanted)
{
    using Qombu::ExchangeType;
    return row.inferred && row.type != wanted
        && !(row.type == ExchangeType::Direct && wanted == ExchangeType::Fanout);
}

// Some brokers keep nothing of an exchange but its bindings; each program has to know its type.
void sayWhatIsDeclared(Session &session, const TopologyVerb::Request &request,
                       const std::optional<Qombu::Inventory> &inventory)
{
    const QString &name = request.subject;
    const QString type = exchangeTypeName(request.type);
    QList<Qombu::ExchangeRow> rows = inventory ? inventory->exchanges : QList<Qombu::ExchangeRow>();
    rows.removeIf([&](const Qombu::ExchangeRow &row) { return row.name != name; });
    if (!rows.isEmpty() && contradicts(rows.constFirst(), request.type))
        return session.finish(
            ExitCode::Failed,
            Text::tr(
                "%1 has bindings of a %2 exchange and cannot be declared as %3. Use --type %2, "
                "or delete the exchange first.")
                .arg(name, exchangeTypeName(rows.constFirst().type), type));
    const bool isStored = !inventory || (!rows.isEmpty() && !rows.constFirst().inferred);
    printAnswer(
        session,
        {{{ExchangeField, name},
          {QStringLiteral("type"), type},
          {QStringLiteral("stored"), isStored}},
         (isStored ? Text::tr("%1: declared as %2")
                   : Text::tr("%1: can be used as %2; this broker stores nothing of it but its "
                              "bindings"))
             .arg(name, type)});
}

// Where it cannot be seen what is stored, the broker's yes is all that is known.
void declareExchange(Session &session, Qombu::Channel &channel,
                     const TopologyVerb::Request &request)
{
    Qombu::Exchange exchange(request.subject, request.type);
    exchange.setArguments(request.arguments);
    channel.declare(exchange).then(
        &session, [&session, request](const Qombu::Result<void> &declared) {
            if (!declared)
                return fail(session, declared.error(), request.subject);
            look(session, Qombu::InventoryQuery::Exchanges,
                 [&session, request](const std::optional<Qombu::Inventory> &inventory) {
                     sayWhatIsDeclared(session, request, inventory);
                 });
        });
}

// What has a name of the broker's is taken for granted, and looked for instead.
void declareAnyExchange(Session &session, Qombu::Channel &channel,
                        const TopologyVerb::Request &request)
{
    if (!isBrokersName(request.subject))
        return declareExchange(session, channel, request);
    channel.declare(Qombu::Exchange(request.subject).setPassive(true))
        .then(&session, [&session, &channel, request](const Qombu::Result<void> &found) {
            if (isNotFound(found.error()))
                fail(session, found.error(), request.subject);
            else
                declareExchange(session, channel, request);
        });
}

bool isSame(const Qombu::BindingRow &row, const Qombu::Binding &binding)
{
    const bool hasKey = binding.exchange.type() == Qombu::ExchangeType::Direct
        || binding.exchange.type() == Qombu::ExchangeType::Topic;
    return row.exchange == binding.exchange.name() && row.queue == binding.queue
        && row.destinationExchange == binding.destinationExchange
        && (!hasKey || row.routingKey == binding.routingKey);
}

void unbindNow(Session &session, Qombu::Channel &channel, const Qombu::Binding &binding,
               const std::optional<Qombu::Inventory> &inventory)
{
    const auto isIt = [&](const Qombu::BindingRow &row) { return isSame(row, binding); };
    if (inventory && std::none_of(inventory->bindings.cbegin(), inventory->bindings.cend(), isIt)) {
        const QString &queue = binding.queue;
        return session.finish(ExitCode::NotThere,
                              Text::tr("%1 is not bound to %2 with the routing key \"%3\".")
                                  .arg(queue.isEmpty() ? binding.destinationExchange : queue,
                                       binding.exchange.name(), binding.routingKey));
    }
    answerBinding(session, channel.unbind(binding), binding, Text::tr("%1: no longer bound to %2"));
}

// Goes on where it is there, or where it cannot be said. Brokers take away what is not there, too.
void ifThere(Session &session, Qombu::Channel &channel, const QString &exchange,
             std::function<void()> go)
{
    channel.declare(Qombu::Exchange(exchange).setPassive(true))
        .then(&session, [&session, exchange, go](const Qombu::Result<void> &found) {
            if (isNotFound(found.error()))
                session.finish(ExitCode::NotThere,
                               Text::tr("There is no exchange \"%1\".").arg(exchange));
            else
                go();
        });
}

void ifEndsAreThere(Session &session, Qombu::Channel &channel, const Qombu::Binding &binding,
                    std::function<void()> go)
{
    ifThere(session, channel, binding.exchange.name(), [&session, &channel, binding, go] {
        if (!binding.destinationExchange.isEmpty())
            return ifThere(session, channel, binding.destinationExchange, go);
        channel.inspect(binding.queue)
            .then(&session, [&session, binding, go](const Qombu::Result<Qombu::QueueInfo> &info) {
                if (isNotFound(info.error()))
                    session.finish(ExitCode::NotThere,
                                   Text::tr("There is no queue \"%1\".").arg(binding.queue));
                else
                    go();
            });
    });
}

void unbind(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    withBinding(session, request, [&session, &channel](const Qombu::Binding &binding) {
        look(session, Qombu::InventoryQuery::Bindings,
             [&session, &channel, binding](const std::optional<Qombu::Inventory> &inventory) {
                 const auto go = [&session, &channel, binding, inventory] {
                     unbindNow(session, channel, binding, inventory);
                 };
                 if (inventory)
                     go();
                 else
                     ifEndsAreThere(session, channel, binding, go);
             });
    });
}

void deleteQueue(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    using Info = Qombu::Result<Qombu::QueueInfo>;
    const QString &queue = request.subject;
    channel.inspect(queue).then(
        &session, [&session, &channel, queue, conditions = request.conditions](const Info &info) {
            if (isNotFound(info.error()))
                return queueNotThere(session, queue);
            answer(session, channel.remove(Qombu::Queue(queue), conditions), queue,
                   [queue](const auto &removed) { return removedText(queue, *removed); });
        });
}

void deleteExchange(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    const auto go = [&session, &channel, exchange = Qombu::Exchange(request.subject),
                     conditions = request.conditions](const auto &inventory) {
        const QString name = exchange.name();
        const auto isIt = [&](const Qombu::ExchangeRow &row) { return row.name == name; };
        if (inventory && !exchange.isDefault()
            && std::none_of(inventory->exchanges.cbegin(), inventory->exchanges.cend(), isIt))
            return session.finish(ExitCode::NotThere,
                                  Text::tr("There is no exchange \"%1\".").arg(name));
        const auto remove = [&session, &channel, exchange, conditions, name] {
            answerDone(session, channel.remove(exchange, conditions), ExchangeField, name,
                       Text::tr("%1: deleted").arg(name));
        };
        if (inventory)
            remove();
        else
            ifThere(session, channel, name, remove);
    };
    look(session, Qombu::InventoryQuery::Exchanges, go);
}

// Whether there was a queue matters only where nothing was removed.
void purge(Session &session, Qombu::Channel &channel, const TopologyVerb::Request &request)
{
    const QString queue = request.subject;
    channel.purge(queue).then(
        &session, [&session, &channel, queue](const Qombu::Result<qint64> &removed) {
            if (!removed && !isNotFound(removed.error()))
                return session.fail(removed.error());
            if (!removed)
                return queueNotThere(session, queue);
            if (*removed > 0)
                return printAnswer(session, removedText(queue, *removed));
            channel.inspect(queue).then(&session, [&session, queue](const auto &info) {
                if (isNotFound(info.error()))
                    queueNotThere(session, queue);
                else
                    printAnswer(session, removedText(queue, 0));
            });
        });
}

} // namespace

TopologyVerb::TopologyVerb(const QString &example, const QString &summary, const QString &subject,
                           Options options, Run run)
    : m_name(example.section(QLatin1Char(' '), 0, 0))
    , m_example(example)
    , m_summary(summary)
    , m_subject(subject)
    , m_options(options)
    , m_run(std::move(run))
{
}

QList<QCommandLineOption> TopologyVerb::options() const
{
    const QCommandLineOption ifQueueUnused(QStringLiteral("if-unused"),
                                           Text::tr("Only if nobody consumes from it."));
    const QCommandLineOption ifExchangeUnused(QStringLiteral("if-unused"),
                                              Text::tr("Only if nothing is bound to it."));
    const QCommandLineOption arguments(
        QStringLiteral("argument"),
        Text::tr("An argument such as x-queue-type=quorum; may be repeated."),
        Text::tr("NAME=VALUE"));
    switch (m_options) {
    case NoOptions:
        break;
    case QueueOptions:
        return {arguments};
    case TypeOption:
        return {
            {QStringLiteral("type"), Text::tr("direct, topic, fanout or headers."), Text::tr("T")},
            arguments};
    case BindingOptions:
        return ExchangeArguments::options(QStringLiteral("routing-key"))
            + QList<QCommandLineOption>{{QStringLiteral("to-exchange"),
                                         Text::tr("The destination is an exchange, not a queue.")}};
    case QueueConditions:
        return {ifQueueUnused,
                {QStringLiteral("if-empty"), Text::tr("Only if no message waits in it.")}};
    case ExchangeConditions:
        return {ifExchangeUnused};
    }
    return {};
}

QStringList TopologyVerb::requiredOptions() const
{
    if (m_options == TypeOption)
        return {QStringLiteral("type")};
    if (m_options == BindingOptions)
        return {QStringLiteral("exchange")};
    return {};
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
    const QString argument = QStringLiteral("argument");
    if (asked.contains(argument)) {
        if (const UsageError error =
                readPairs(parser.values(argument), argument, true, m_request.arguments);
            !error.isEmpty())
            return error;
    }
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
    const auto add = [&](const char *example, const QString &summary, const QString &subject,
                         TopologyVerb::Options options, TopologyVerb::Run run) {
        verbs.push_back(std::make_unique<TopologyVerb>(QString::fromLatin1(example), summary,
                                                       subject, options, std::move(run)));
    };
    add("declare-queue orders", Text::tr("Make a queue known."), queue, TopologyVerb::QueueOptions,
        declareQueue);
    add("declare-exchange events --type topic", Text::tr("Make an exchange known."), exchange,
        TopologyVerb::TypeOption, declareAnyExchange);
    add("bind audit --exchange events --routing-key order.# --type topic",
        Text::tr("Let an exchange send to a queue or another exchange."), destination,
        TopologyVerb::BindingOptions, bind);
    add("unbind audit --exchange events --routing-key order.#", Text::tr("Take a binding away."),
        destination, TopologyVerb::BindingOptions, unbind);
    add("delete-queue orders --if-empty", Text::tr("Remove a queue, its messages and bindings."),
        queue, TopologyVerb::QueueConditions, deleteQueue);
    add("delete-exchange events", Text::tr("Remove an exchange and its bindings."), exchange,
        TopologyVerb::ExchangeConditions, deleteExchange);
    add("purge orders", Text::tr("Remove the messages that wait in a queue."), queue,
        TopologyVerb::NoOptions, purge);
    return verbs;
}
