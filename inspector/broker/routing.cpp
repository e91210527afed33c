// SPDX-License-Identifier: BSD-3-Clause
#include "broker/routing.h"

#include <QtCore/qset.h>

#include <optional>
#include <vector>

namespace Qombu::Inspector {
namespace {

struct PatternPart
{
    enum Kind { Literal, AnyRun, NotDot, NotDotRun };
    Kind kind;
    QChar character = QChar();
};

std::optional<std::vector<PatternPart>> parseStoredPattern(QStringView text)
{
    if (!text.startsWith(u'^') || !text.endsWith(u'$'))
        return std::nullopt;
    text = text.sliced(1).chopped(1);
    std::vector<PatternPart> parts;
    while (!text.isEmpty()) {
        qsizetype length = 1;
        if (text.startsWith(u".*?")) {
            parts.push_back({PatternPart::AnyRun});
            length = 3;
        } else if (text.startsWith(u"[^\\.]+")) {
            parts.push_back({PatternPart::NotDotRun});
            length = 6;
        } else if (text.startsWith(u"[^\\.]")) {
            parts.push_back({PatternPart::NotDot});
            length = 5;
        } else if (text.startsWith(u'\\')) {
            if (text.size() < 2 || text[1].isLetterOrNumber())
                return std::nullopt;
            parts.push_back({PatternPart::Literal, text[1]});
            length = 2;
        } else if (QStringView(u".*+?[]()^$|{}").contains(text[0])) {
            return std::nullopt;
        } else {
            parts.push_back({PatternPart::Literal, text[0]});
        }
        text = text.sliced(length);
    }
    return parts;
}

ExchangeType typeOf(const Inventory &inventory, const QString &exchange, ExchangeType wanted)
{
    for (const ExchangeRow &row : inventory.exchanges) {
        if (row.name == exchange && !row.inferred)
            return row.type;
    }
    return wanted;
}

bool matches(const BindingRow &binding, ExchangeType type, const QString &key)
{
    switch (type) {
    case ExchangeType::Fanout:
        return true;
    case ExchangeType::Direct:
        return binding.routingKey == key;
    case ExchangeType::Topic:
        return binding.pattern.isEmpty() ? matchesTopic(binding.routingKey, key)
                                         : matchesStoredPattern(binding.pattern, key);
    case ExchangeType::Headers:
        break;
    }
    return false;
}

} // namespace

bool matchesTopic(QStringView pattern, QStringView routingKey)
{
    const auto rules = pattern.isEmpty() ? QList<QStringView>() : pattern.split(u'.');
    const auto words = routingKey.isEmpty() ? QList<QStringView>() : routingKey.split(u'.');
    // reached[i]: the rules so far can have used up the first i words.
    std::vector<bool> reached(size_t(words.size()) + 1, false);
    reached[0] = true;
    for (const QStringView rule : rules) {
        std::vector<bool> next(reached.size(), false);
        if (rule == u"#") {
            bool any = false;
            for (size_t i = 0; i < reached.size(); ++i)
                next[i] = any = any || reached[i];
        } else {
            for (size_t i = 1; i < reached.size(); ++i)
                next[i] = reached[i - 1] && (rule == u"*" || rule == words[qsizetype(i) - 1]);
        }
        reached = std::move(next);
    }
    return reached.back();
}

bool matchesStoredPattern(QStringView expression, QStringView routingKey)
{
    const auto parts = parseStoredPattern(expression);
    if (!parts)
        return false;
    std::vector<bool> reached(size_t(routingKey.size()) + 1, false);
    reached[0] = true;
    for (const PatternPart &part : *parts) {
        std::vector<bool> next(reached.size(), false);
        bool run = false;
        for (size_t i = 0; i < reached.size(); ++i) {
            const QChar c = i > 0 ? routingKey[qsizetype(i) - 1] : QChar();
            switch (part.kind) {
            case PatternPart::Literal:
                next[i] = i > 0 && reached[i - 1] && c == part.character;
                break;
            case PatternPart::NotDot:
                next[i] = i > 0 && reached[i - 1] && c != u'.';
                break;
            case PatternPart::NotDotRun:
                run = i > 0 && (run || reached[i - 1]) && c != u'.';
                next[i] = run;
                break;
            case PatternPart::AnyRun: // "." does not match a line feed
                run = reached[i] || (run && c != u'\n');
                next[i] = run;
                break;
            }
        }
        reached = std::move(next);
    }
    return reached.back();
}

namespace {

// Follows a message from exchange to exchange; in a ring, each once.
class Router
{
public:
    Router(const Inventory &inventory, RoutingPreview &preview)
        : m_inventory(inventory)
        , m_preview(preview)
    {
    }

    void route(const QString &exchange, ExchangeType type, const QString &key)
    {
        if (m_seen.contains(exchange))
            return;
        m_seen.insert(exchange);
        m_preview.known = m_preview.known && type != ExchangeType::Headers;
        for (const BindingRow &binding : m_inventory.bindings) {
            if (binding.exchange == exchange)
                follow(binding, type, key);
        }
    }

    void finish()
    {
        const QSet<QString> unlike = (m_queues - m_others) + (m_others - m_queues);
        m_preview.queues = QStringList(m_queues.cbegin(), m_queues.cend());
        m_preview.unlike = QStringList(unlike.cbegin(), unlike.cend());
        m_preview.queues.sort();
        m_preview.unlike.sort();
    }

private:
    void follow(const BindingRow &binding, ExchangeType type, const QString &key)
    {
        const bool here = matches(binding, type, key);
        const bool stored = type == ExchangeType::Topic && !binding.pattern.isEmpty();
        if (here && type == ExchangeType::Topic && !m_preview.via.contains(binding.routingKey))
            m_preview.via.append(binding.routingKey);
        const QString &next = binding.destinationExchange;
        if (here && !next.isEmpty())
            return route(next, typeOf(m_inventory, next, ExchangeType::Direct), key);
        if (!next.isEmpty())
            return;
        if (here)
            m_queues.insert(binding.queue);
        if (stored ? matchesTopic(binding.routingKey, key) : here)
            m_others.insert(binding.queue);
    }

    const Inventory &m_inventory;
    RoutingPreview &m_preview;
    QSet<QString> m_seen;
    QSet<QString> m_queues;
    QSet<QString> m_others; // in the other dialect
};

} // namespace

RoutingPreview previewRouting(const Inventory &inventory, const QString &exchange,
                              ExchangeType type, const QString &routingKey)
{
    RoutingPreview preview;
    preview.known = !inventory.truncated;
    if (exchange.isEmpty()) { // the default exchange: the key names the queue
        const auto named = [&](const QueueRow &row) { return row.name == routingKey; };
        if (std::any_of(inventory.queues.cbegin(), inventory.queues.cend(), named))
            preview.queues.append(routingKey);
        return preview;
    }
    Router router(inventory, preview);
    router.route(exchange, typeOf(inventory, exchange, type), routingKey);
    router.finish();
    return preview;
}

} // namespace Qombu::Inspector
