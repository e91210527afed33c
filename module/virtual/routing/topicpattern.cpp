// SPDX-License-Identifier: BSD-3-Clause
#include "virtual/routing/topicpattern.h"

#include <QtCore/qcoreapplication.h>

#include <algorithm>

namespace Qombu::Topic {

namespace {

using Words = QVarLengthArray<QStringView, 16>;

const QLatin1String AnyWords(".*?");
const QLatin1String OneWord56(".*?[^\\.]");
const QLatin1String OneWord57("[^\\.]+");
const QLatin1String NotADot("[^\\.]");

// The empty key has no words, as in RabbitMQ.
Words wordsOf(QStringView key)
{
    Words words;
    if (key.isEmpty())
        return words;
    for (const QStringView word : key.tokenize(u'.'))
        words.append(word);
    return words;
}

// One code point from the front of text.
char32_t take(QStringView &text)
{
    const bool pair = text.size() > 1 && text[0].isHighSurrogate() && text[1].isLowSurrogate();
    const char32_t c = pair ? QChar::surrogateToUcs4(text[0], text[1]) : text[0].unicode();
    text = text.mid(pair ? 2 : 1);
    return c;
}

bool skip(QStringView &text, QLatin1String prefix)
{
    if (!text.startsWith(prefix))
        return false;
    text = text.mid(prefix.size());
    return true;
}

// As kombu.utils.text.escape_regex(key, '.#*') does it for one word.
void appendEscaped(QString &out, QStringView word)
{
    while (!word.isEmpty()) {
        const QStringView before = word;
        const char32_t c = take(word);
        if (c == 0) {
            out += QLatin1String("\\000");
            continue;
        }
        if (!QChar::isLetterOrNumber(c) && c != U'#' && c != U'*')
            out += u'\\';
        out += before.left(before.size() - word.size());
    }
}

bool isAsciiLetterOrDigit(char32_t c)
{
    return (c >= U'0' && c <= U'9') || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

} // namespace

Error checkBindingKey(QStringView bindingKey)
{
    if (bindingKey.contains(u"\x06\x16")) {
        return Error(Error::Configuration,
                     QCoreApplication::translate("Qombu::Topic",
                                                 "The binding key contains the two control "
                                                 "characters that separate keys from queues."));
    }
    for (const QStringView word : bindingKey.tokenize(u'.')) {
        if (word.size() > 1 && (word.contains(u'*') || word.contains(u'#'))) {
            return Error(Error::Configuration,
                         QCoreApplication::translate(
                             "Qombu::Topic",
                             "The binding key \"%1\" has a '*' or '#' inside the word \"%2\". "
                             "A wildcard must be a word by itself, between dots.")
                             .arg(bindingKey, word));
        }
    }
    return {};
}

QString storedPattern(QStringView bindingKey, Dialect dialect)
{
    QString pattern;
    pattern.reserve(bindingKey.size() * 2 + 8);
    pattern += u'^';
    bool first = true;
    for (const QStringView word : bindingKey.tokenize(u'.')) {
        if (!first)
            pattern += QLatin1String("\\.");
        first = false;
        if (word == u"*")
            pattern += dialect == Dialect::Kombu56 ? OneWord56 : OneWord57;
        else if (word == u"#")
            pattern += AnyWords;
        else
            appendEscaped(pattern, word);
    }
    return pattern += u'$';
}

Dialect dialectOf(QStringView storedPattern)
{
    return storedPattern.contains(OneWord57) ? Dialect::Kombu57 : Dialect::Kombu56;
}

std::optional<KombuPattern> KombuPattern::read(QStringView storedPattern)
{
    if (storedPattern.size() < 2 || storedPattern.front() != u'^' || storedPattern.back() != u'$')
        return std::nullopt;
    KombuPattern pattern;
    QStringView rest = storedPattern.mid(1, storedPattern.size() - 2);
    while (!rest.isEmpty()) {
        if (!pattern.readElement(rest))
            return std::nullopt;
    }
    return pattern;
}

bool KombuPattern::readElement(QStringView &rest)
{
    if (skip(rest, AnyWords)) {
        add(Step::AnyNumberOfAny);
        return true;
    }
    if (skip(rest, NotADot)) {
        add(Step::NotDot);
        if (skip(rest, QLatin1String("+")))
            add(Step::AnyNumberOfNotDot);
        return true;
    }
    if (skip(rest, QLatin1String("\\000"))) {
        add(Step::Literal, 0);
        return true;
    }
    const bool escaped = skip(rest, QLatin1String("\\"));
    if (rest.isEmpty())
        return false; // the backslash belongs to the '$'
    const char32_t c = take(rest);
    // Escaped letters and digits are classes in Python; the other characters mean something plain.
    const bool special = escaped
        ? isAsciiLetterOrDigit(c)
        : c < 0x80 && QLatin1String(".*+?{}()[]|^$\\").contains(QChar(char16_t(c)));
    if (special)
        return false;
    add(Step::Literal, c);
    return true;
}

bool KombuPattern::fits(Element element, char32_t c)
{
    switch (element.step) {
    case Step::Literal:
        return c == element.character;
    case Step::NotDot:
    case Step::AnyNumberOfNotDot:
        return c != U'.';
    case Step::AnyNumberOfAny:
        return c != U'\n'; // Python's '.' without DOTALL
    }
    return false;
}

// All ways through the pattern at once: the states are the numbers of elements that the key so far
// fits, in rising order. No way is tried twice, so there is nothing to backtrack.
bool KombuPattern::matches(QStringView routingKey) const
{
    using States = QVarLengthArray<qsizetype, 64>;
    const qsizetype count = m_elements.size();
    // Reaching an element that may be repeated no time at all reaches the next one, too. States
    // come in rising order, and what is reached from one is a run: what is not beyond the last is
    // there.
    const auto reach = [&](States &states, qsizetype state) {
        if (!states.isEmpty() && state <= states.last())
            return;
        states.append(state);
        while (state < count && repeats(m_elements[state]))
            states.append(++state);
    };
    States now;
    States next;
    reach(now, 0);
    while (!routingKey.isEmpty()) {
        const char32_t c = take(routingKey);
        if (c == U'\n' && routingKey.isEmpty() && now.last() == count)
            return true; // Python's '$' also stands before a final newline
        for (const qsizetype state : std::as_const(now)) {
            if (state < count && fits(m_elements[state], c))
                reach(next, repeats(m_elements[state]) ? state : state + 1);
        }
        if (next.isEmpty())
            return false;
        std::swap(now, next);
        next.clear();
    }
    return now.last() == count;
}

Match kombuMatches(QStringView storedPattern, QStringView routingKey)
{
    const auto pattern = KombuPattern::read(storedPattern);
    if (!pattern)
        return Match::NotUnderstood;
    return pattern->matches(routingKey) ? Match::Yes : Match::No;
}

// Only the last '#' ever needs another try: what fits after it, fits after a longer one too.
bool amqpMatches(QStringView bindingKey, QStringView routingKey)
{
    const Words pattern = wordsOf(bindingKey);
    const Words words = wordsOf(routingKey);
    qsizetype p = 0;
    qsizetype w = 0;
    qsizetype lastHash = -1;
    qsizetype tookUntil = 0;
    while (w < words.size()) {
        if (p < pattern.size() && pattern[p] == u"#") {
            lastHash = p++;
            tookUntil = w;
        } else if (p < pattern.size() && (pattern[p] == u"*" || pattern[p] == words[w])) {
            ++p;
            ++w;
        } else if (lastHash >= 0) {
            p = lastHash + 1;
            w = ++tookUntil;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == u"#")
        ++p;
    return p == pattern.size();
}

// Kombu's "#" demands the dots around it, and the "*" of 5.6 crosses dots.
bool semanticsDiffer(QStringView bindingKey, Dialect dialect)
{
    if (bindingKey == u"#")
        return false;
    const Words words = wordsOf(bindingKey);
    const auto has = [&words](QStringView wildcard) {
        return std::find(words.begin(), words.end(), wildcard) != words.end();
    };
    return has(u"#") || (dialect == Dialect::Kombu56 && has(u"*"));
}

} // namespace Qombu::Topic
