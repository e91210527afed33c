// SPDX-License-Identifier: BSD-3-Clause
#include "transports/redis/consuming/redisholder.h"

#include <algorithm>

namespace Qombu::Redis {

namespace {

constexpr int MissedRenewals = 3; // of one that is dead

// As the script that looks for expired deliveries: "<hex>-<hex>-<hex>-<hex>-<hex>".
bool isConnectionId(QByteArrayView text)
{
    const auto fits = [](char c) {
        return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')
            || (c >= 'A' && c <= 'F');
    };
    return std::count(text.begin(), text.end(), '-') == 4
        && std::all_of(text.begin(), text.end(), fits);
}

bool isCounter(QByteArrayView text)
{
    return !text.isEmpty()
        && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

QByteArray RedisHolder::nameIn(const QByteArray &tag)
{
    const qsizetype dot = tag.indexOf('.');
    if (dot < 0 || !isConnectionId(QByteArrayView(tag).first(dot))
        || !isCounter(QByteArrayView(tag).sliced(dot + 1)))
        return {};
    return tag.first(dot);
}

RedisHolder RedisHolder::of(const QByteArray &tag, const QByteArray &score,
                            const std::optional<double> &now, const RedisOptions &options)
{
    RedisHolder holder{nameIn(tag)};
    if (holder.name.isNull() || !now)
        return holder;
    holder.renewedBefore = *now - score.toDouble();
    const std::chrono::duration<double> dead = MissedRenewals * options.leaseInterval();
    holder.state = holder.renewedBefore > dead.count() ? HolderState::Dead : HolderState::Alive;
    return holder;
}

std::optional<double> timeIn(const Result<RespValue> &reply)
{
    if (!reply || reply->items.size() != 2)
        return std::nullopt;
    return reply->items[0].text.toDouble() + reply->items[1].text.toDouble() / 1e6;
}

} // namespace Qombu::Redis
