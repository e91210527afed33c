// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/managementcaller.h"

#include "transports/amqp/management/brokerrows.h"
#include "transports/amqp/management/managementrows.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

void ManagementCaller::ask(ManagementApi *api, Hub::TimePoint until, Done<ManagementCaller> done)
{
    ManagementQuestion question;
    question.path = "whoami";
    question.until = until;
    api->ask(question, [done = std::move(done)](const Result<QVariant> &answer) {
        if (!answer)
            return done(answer.error());
        ManagementCaller caller;
        caller.user = ManagementRows::text(answer->toMap(), "name");
        caller.tags = BrokerRows::tags(answer->toMap());
        done(std::move(caller));
    });
}

QString ManagementCaller::gapOfClients() const
{
    if (seesAll())
        return {};
    return Text::tr("Only connections and channels of the user \"%1\" are seen: RabbitMQ shows "
                    "those of others to users with the tag \"monitoring\" or \"administrator\".")
        .arg(user);
}

} // namespace Qombu::Amqp
