// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <Qombu/error.h>

#include <QtCore/qstring.h>
#include <QtCore/qvarlengtharray.h>

#include <optional>

// Topic patterns as Kombu stores and reads them, and as AMQP means them.
// Functions without state, for any thread.
namespace Qombu::Topic {

// Which expression stands for "*": that of Kombu up to 5.6, which also crosses dots, or that
// of 5.7.
enum class Dialect { Kombu56, Kombu57 };

// Error::Configuration if a queue cannot be bound to a topic exchange with this key: '*' or '#'
// inside a longer word make expressions that mean something else or break every Python publisher.
Error checkBindingKey(QStringView bindingKey);

// The text that Kombu stores beside the binding key, character for character.
QString storedPattern(QStringView bindingKey, Dialect dialect = Dialect::Kombu57);
Dialect dialectOf(QStringView storedPattern);

// A stored pattern, read. Only the few constructs that Kombu writes are understood; nothing from a
// broker is ever run as a regular expression. A value.
class KombuPattern
{
public:
    // Nothing for a text outside the dialect.
    static std::optional<KombuPattern> read(QStringView storedPattern);

    // What re.match() of Python says; time is at most length of pattern times length of key.
    bool matches(QStringView routingKey) const;

private:
    enum class Step : quint8 { Literal, NotDot, AnyNumberOfNotDot, AnyNumberOfAny };
    struct Element
    {
        Step step = Step::Literal;
        char32_t character = 0;
    };

    static bool fits(Element element, char32_t c);
    static bool repeats(Element element) { return element.step >= Step::AnyNumberOfNotDot; }
    void add(Step step, char32_t character = 0) { m_elements.append({step, character}); }
    bool readElement(QStringView &rest);

    QVarLengthArray<Element, 32> m_elements;
};

enum class Match { No, Yes, NotUnderstood };
Match kombuMatches(QStringView storedPattern, QStringView routingKey);

// As RabbitMQ: '*' is exactly one word, '#' any number, also none; the empty key has no words.
bool amqpMatches(QStringView bindingKey, QStringView routingKey);

// Whether there are routing keys (of words that are not empty) that Kombu and AMQP route otherwise.
bool semanticsDiffer(QStringView bindingKey, Dialect dialect = Dialect::Kombu57);

} // namespace Qombu::Topic
