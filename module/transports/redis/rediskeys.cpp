// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/rediskeys.h"

#include "transports/redis/wire/redistext.h"

#include <algorithm>

namespace Qombu::Redis {
namespace {

constexpr char bindingPrefix[] = "_kombu.binding.";
constexpr char permanentPrefix[] = "_kombu.binding_permanent.";
constexpr char ownPrefix[] = "_qombu.";
constexpr char quarantinePrefix[] = "_qombu.quarantine.";

bool isNumber(QByteArrayView text)
{
    return !text.isEmpty() && text.size() <= 9
        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

int RedisKeys::bucket(int priority) const
{
    const auto above = std::ranges::upper_bound(buckets(), std::clamp(priority, 0, 9));
    return *std::prev(above); // the first step is 0
}

QByteArray RedisKeys::list(const QString &queue, int bucket) const
{
    QByteArray key = prefix() + queue.toUtf8();
    if (bucket > 0)
        key += m_options.separator + QByteArray::number(bucket);
    return key;
}

std::vector<QByteArray> RedisKeys::lists(const QString &queue) const
{
    std::vector<QByteArray> result;
    for (int step : buckets())
        result.push_back(list(queue, step));
    return result;
}

std::optional<RedisKeys::ListName> RedisKeys::parseList(const QByteArray &key) const
{
    if (!key.startsWith(prefix()) || isOurs(key))
        return std::nullopt;
    QByteArrayView name = QByteArrayView(key).sliced(prefix().size());
    int bucket = 0;
    const qsizetype at = name.lastIndexOf(m_options.separator);
    if (at >= 0 && isNumber(name.sliced(at + m_options.separator.size()))) {
        bucket = name.sliced(at + m_options.separator.size()).toInt();
        name = name.first(at);
    }
    if (name.isEmpty())
        return std::nullopt;
    return ListName{QString::fromUtf8(name), bucket};
}

Error RedisKeys::checkQueueName(const QString &name) const
{
    QString why;
    if (name.isEmpty())
        why = Text::tr("A queue on Redis must have a name");
    else if (name.toUtf8().contains(m_options.separator))
        why =
            Text::tr("\"%1\" cannot be the name of a queue: it contains the separator of priority "
                     "lists")
                .arg(name);
    else if (isOurs(list(name)))
        why =
            Text::tr("\"%1\" cannot be the name of a queue: messaging keeps its own records under "
                     "this key. Choose another name.")
                .arg(name);
    return why.isEmpty() ? Error() : Error(Error::Configuration, why);
}

QByteArray RedisKeys::binding(const QString &exchange) const
{
    return prefix() + bindingPrefix + exchange.toUtf8();
}

QByteArray RedisKeys::permanentBinding(const QString &exchange) const
{
    return prefix() + permanentPrefix + exchange.toUtf8();
}

QByteArray RedisKeys::bindingDeadlines() const
{
    return prefix() + "_kombu.binding_deadlines";
}

QByteArray RedisKeys::bindingSets() const
{
    return escapeGlob(prefix()) + "_kombu.binding*";
}

std::optional<QString> RedisKeys::after(QByteArrayView start, const QByteArray &key) const
{
    if (!key.startsWith(prefix()))
        return std::nullopt;
    const QByteArrayView name = QByteArrayView(key).sliced(prefix().size());
    if (!name.startsWith(start))
        return std::nullopt;
    return QString::fromUtf8(name.sliced(start.size()));
}

std::optional<QString> RedisKeys::parseBinding(const QByteArray &key) const
{
    return after(bindingPrefix, key);
}

QByteArray RedisKeys::own(QByteArrayView name) const
{
    return prefix() + ownPrefix + name.toByteArray();
}

QByteArray RedisKeys::quarantine(const QString &queue) const
{
    return prefix() + quarantinePrefix + queue.toUtf8();
}

std::optional<QString> RedisKeys::parseQuarantine(const QByteArray &key) const
{
    return after(quarantinePrefix, key);
}

bool RedisKeys::isOurs(const QByteArray &key) const
{
    const QByteArrayView name =
        QByteArrayView(key).sliced(key.startsWith(prefix()) ? prefix().size() : 0);
    return name.startsWith(ownPrefix) || name.startsWith("_kombu.")
        || name.startsWith("celery-task-meta-") || name.startsWith("celery-taskset-meta-")
        || name == m_options.unackedKey || name == m_options.unackedIndexKey
        || name == m_options.unackedMutexKey || name.startsWith("unacked_mutex");
}

QByteArray RedisKeys::channel(const QString &exchange, const QString &routingKey) const
{
    QByteArray name = prefix() + m_options.fanoutPrefix + exchange.toUtf8();
    if (m_options.fanoutPatterns && !routingKey.isEmpty())
        name += '/' + routingKey.toUtf8();
    return name;
}

QByteArray RedisKeys::channelPattern(const QString &exchange, const QString &boundKey) const
{
    QByteArray pattern =
        escapeGlob(QByteArray(prefix() + m_options.fanoutPrefix + exchange.toUtf8()));
    if (m_options.fanoutPatterns && !boundKey.isEmpty()) {
        QByteArray key = escapeGlob(boundKey.toUtf8());
        key.replace("\\*", "*").replace('#', '*');
        pattern += '/' + key;
    }
    return pattern;
}

QByteArray RedisKeys::escapeGlob(QByteArrayView text)
{
    QByteArray result;
    for (char c : text) {
        if (c == '*' || c == '?' || c == '[' || c == ']' || c == '\\')
            result += '\\';
        result += c;
    }
    return result;
}

} // namespace Qombu::Redis
