// SPDX-License-Identifier: BSD-3-Clause
#include "transports/amqp/management/managementpage.h"

#include "transports/amqp/management/managementrows.h"
#include "transports/amqp/wire/amqptext.h"

namespace Qombu::Amqp {

QByteArray ManagementPage::path(const QByteArray &list, const Place &place,
                                const QString &nameFilter, const QByteArray &more)
{
    QByteArray path = list + "?page=" + QByteArray::number(place.page)
        + "&page_size=" + QByteArray::number(place.rows) + more;
    if (!nameFilter.isEmpty())
        path += "&use_regex=false&name=" + nameFilter.toUtf8().toPercentEncoding();
    return path;
}

Result<ManagementPage> ManagementPage::read(const Result<QVariant> &answer)
{
    ManagementPage page;
    const Error error = answer.error();
    if (error.replyCode() == 400 && error.text().contains(u"Page out of range"))
        return page;
    if (!answer)
        return answer.error();
    const QVariantMap json = answer->toMap();
    if (!json.contains(QStringLiteral("items"))) {
        return Error(Error::Protocol,
                     Text::tr("RabbitMQ's management API sent no page of the list: it is too old, "
                              "or another API."));
    }
    page.items = json.value(QStringLiteral("items")).toList();
    page.count = ManagementRows::number(json, "filtered_count");
    page.isLast =
        ManagementRows::number(json, "page") >= ManagementRows::number(json, "page_count");
    return page;
}

} // namespace Qombu::Amqp
