// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/brokerlook.h"

#include "transports/amqp/management/brokerrows.h"
#include "transports/amqp/management/managementrows.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {
namespace {

ManagementQuestion questionAt(const QByteArray &path, Hub::TimePoint until)
{
    ManagementQuestion question;
    question.path = path;
    question.until = until;
    return question;
}

void addNodesTo(BrokerOverview &whole, const QList<NodeRow> &nodes)
{
    whole.nodes = nodes;
    for (const NodeRow &node : nodes) {
        if (!node.running)
            whole.gaps += Text::tr("The node \"%1\" is down: whether it has alarms is not known.")
                              .arg(node.name);
    }
}

} // namespace

void BrokerLook::overview(Done<BrokerOverview> done)
{
    const Hub::TimePoint until = m_api->endOfLook();
    ManagementCaller::ask(
        m_api, until,
        [this, until, done = std::move(done)](const Result<ManagementCaller> &caller) {
            if (!caller)
                return done(caller.error());
            askOverview(*caller, until, done);
        });
}

// With the last samples, which say how old the rates are.
void BrokerLook::askOverview(const ManagementCaller &caller, Hub::TimePoint until,
                             Done<BrokerOverview> done)
{
    const auto question = questionAt("overview?columns=" + BrokerRows::overviewColumns() + '&'
                                         + ManagementRows::rateSamples(),
                                     until);
    m_api->ask(
        question, [this, caller, until, done = std::move(done)](const Result<QVariant> &answer) {
            if (!answer)
                return done(answer.error());
            BrokerOverview overview = BrokerRows::overview(answer->toMap());
            overview.takenAt = ManagementRows::timeNow(*m_api->hub());
            overview.gaps = gapsOfNumbers(overview);
            if (caller.seesAll())
                return addNodes(std::move(overview), until, done);
            overview.gaps += Text::tr("Nodes are not known, and the numbers count only the virtual "
                                      "hosts that \"%1\" may use, and only its own connections and "
                                      "channels: RabbitMQ shows all to users with the tag "
                                      "\"monitoring\" or \"administrator\".")
                                 .arg(caller.user);
            done(std::move(overview));
        });
}

QStringList BrokerLook::gapsOfNumbers(const BrokerOverview &overview) const
{
    if (m_api->server().countsNothing) {
        return {Text::tr("RabbitMQ's statistics are turned off there, so there are no numbers, no "
                         "rates and no alarms of nodes.")};
    }
    if (!m_api->server().hasRates)
        return {Text::tr("RabbitMQ counts no rates there (rates_mode is \"none\").")};
    if (overview.ready < 0)
        return {Text::tr("RabbitMQ has not counted any messages yet.")};
    return {};
}

void BrokerLook::addNodes(BrokerOverview &&overview, Hub::TimePoint until,
                          Done<BrokerOverview> done)
{
    const auto question = questionAt("nodes?columns=" + BrokerRows::nodeColumns(), until);
    m_api->ask(
        question,
        [overview = std::move(overview), done = std::move(done)](const Result<QVariant> &answer) {
            BrokerOverview whole = overview;
            if (answer)
                addNodesTo(whole, BrokerRows::nodes(answer->toList()));
            else
                whole.gaps += Text::tr("Nodes are not known: %1").arg(answer.error().text());
            done(std::move(whole));
        });
}

void BrokerLook::policies(Done<QList<PolicyRow>> done)
{
    const QByteArray host = m_api->virtualHost();
    const Hub::TimePoint until = m_api->endOfLook();
    m_api->ask(questionAt("policies/" + host, until),
               [this, host, until, done = std::move(done)](const Result<QVariant> &answer) {
                   if (!answer)
                       return done(answer.error());
                   const QList<PolicyRow> rows = BrokerRows::policies(answer->toList(), false);
                   m_api->ask(questionAt("operator-policies/" + host, until),
                              [rows, done](const Result<QVariant> &operators) {
                                  if (!operators)
                                      return done(operators.error());
                                  done(rows + BrokerRows::policies(operators->toList(), true));
                              });
               });
}

void BrokerLook::permissions(Done<Permissions> done)
{
    const Hub::TimePoint until = m_api->endOfLook();
    ManagementCaller::ask(
        m_api, until,
        [this, until, done = std::move(done)](const Result<ManagementCaller> &caller) {
            if (!caller)
                return done(caller.error());
            Permissions known;
            known.user = m_user.isEmpty() ? caller->user : m_user;
            known.virtualHost = m_virtualHost;
            if (known.user == caller->user)
                known.tags = caller->tags;
            else
                known.gaps += Text::tr("The tags of \"%1\" are not known: \"%2\" asked.")
                                  .arg(known.user, caller->user);
            if (caller->isAdministrator())
                return askPermissions(std::move(known), until, done);
            known.gaps += Text::tr("RabbitMQ tells permissions only to administrators, and \"%1\" "
                                   "is none; one sees them with: rabbitmqctl "
                                   "list_user_permissions %2")
                              .arg(caller->user, known.user);
            done(std::move(known));
        });
}

QByteArray BrokerLook::usersPath(const char *list, const QString &user) const
{
    return list + m_api->virtualHost() + '/' + ManagementApi::encoded(user);
}

void BrokerLook::askPermissions(Permissions &&known, Hub::TimePoint until, Done<Permissions> done)
{
    const auto question = questionAt(usersPath("permissions/", known.user), until);
    m_api->ask(
        question,
        [this, until, known = std::move(known),
         done = std::move(done)](const Result<QVariant> &answer) {
            Permissions told = known;
            if (!answer) {
                // It has logged in all the same.
                told.gaps += answer.error().kind() == Error::NotFound
                    ? Text::tr(
                          "RabbitMQ itself has no permissions for \"%1\" in this virtual host: "
                          "another authorization back end decides, which does not tell.")
                          .arg(told.user)
                    : Text::tr("Permissions are not known: %1").arg(answer.error().text());
                return done(std::move(told));
            }
            told.isKnown = true;
            told.configure = ManagementRows::text(answer->toMap(), "configure");
            told.write = ManagementRows::text(answer->toMap(), "write");
            told.read = ManagementRows::text(answer->toMap(), "read");
            addTopics(std::move(told), until, done);
        });
}

void BrokerLook::addTopics(Permissions &&known, Hub::TimePoint until, Done<Permissions> done)
{
    const auto question = questionAt(usersPath("topic-permissions/", known.user), until);
    m_api->ask(
        question,
        [known = std::move(known), done = std::move(done)](const Result<QVariant> &answer) {
            Permissions told = known;
            if (answer)
                told.topics = BrokerRows::topicPermissions(answer->toList());
            else if (answer.error().kind() != Error::NotFound) // which is: no restrictions
                told.gaps +=
                    Text::tr("Permissions for topics are not known: %1").arg(answer.error().text());
            done(std::move(told));
        });
}

} // namespace Qombu::Amqp
