// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/managementdefinitions.h"

#include "transports/amqp/management/definitionscheck.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

ManagementQuestion ManagementDefinitions::question() const
{
    ManagementQuestion question;
    question.path = "definitions/" + m_api->virtualHost();
    return question;
}

void ManagementDefinitions::exportAll(Done<QByteArray> done)
{
    ManagementQuestion asked = question();
    asked.maximumBytes = MostBytes;
    m_api->fetch(asked, std::move(done));
}

void ManagementDefinitions::importAll(const QByteArray &json, Done<void> done)
{
    if (json.size() > MostBytes) {
        return done(Error(Error::LimitExceeded,
                          Text::tr("The file has %1 bytes; definitions of at most %2 are imported.")
                              .arg(json.size())
                              .arg(MostBytes)));
    }
    if (const Error error = DefinitionsCheck::check(json); error.isError())
        return done(error);
    ManagementQuestion asked = question();
    asked.method = "POST";
    asked.body = json;
    m_api->fetch(asked, [done = std::move(done)](const Result<QByteArray> &answer) {
        if (answer)
            return done({});
        const Error error = answer.error();
        const bool isUnread = error.text().contains(u"body size limit");
        if (error.kind() != Error::Channel || isUnread)
            return done(error);
        done(Error(error.kind(),
                   Text::tr("%1. What does not depend on it may have been imported all the same.")
                       .arg(error.text()))
                 .withReplyCode(error.replyCode())
                 .withWhere(error.where()));
    });
}

} // namespace Qombu::Amqp
