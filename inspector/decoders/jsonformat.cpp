// SPDX-License-Identifier: BSD-3-Clause
#include "decoders/jsonformat.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qstringconverter.h>

namespace Qombu::Inspector {
namespace {

constexpr int DeepestNesting = 512;
constexpr int IndentWidth = 2;

bool isSpace(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// Reads JSON once, from front to back, and writes it again with line breaks. No recursion: hostile
// nesting costs one byte a level, up to DeepestNesting.
class JsonFormatter
{
    Q_DECLARE_TR_FUNCTIONS(JsonFormatter)
public:
    JsonFormatter(QByteArrayView input, JsonEnd end)
        : m_in(input)
        , m_end(end)
    {
        m_out.reserve(input.size() * 5 / 4);
    }

    FormattedJson run()
    {
        while (m_error.isEmpty() && m_expect != Expect::Nothing) {
            skipSpace();
            if (m_at >= m_in.size()) {
                if (m_end == JsonEnd::Complete)
                    fail(tr("The text ends too early"));
                break;
            }
            step(m_in[m_at]);
        }
        skipSpace();
        if (m_error.isEmpty() && m_expect == Expect::Nothing && m_at < m_in.size())
            fail(tr("There is text after the end of the value"));
        return {QString::fromUtf8(m_out), m_error, m_error.isEmpty() ? -1 : m_at};
    }

private:
    enum class Expect { Value, ValueOrEnd, Key, KeyOrEnd, Colon, CommaOrEnd, Nothing };

    void step(char c)
    {
        switch (m_expect) {
        case Expect::KeyOrEnd:
        case Expect::ValueOrEnd:
            if (c == (m_expect == Expect::KeyOrEnd ? '}' : ']')) {
                m_out += c; // an empty object or array stays on its line
                close();
                return;
            }
            newLine();
            m_expect = m_expect == Expect::KeyOrEnd ? Expect::Key : Expect::Value;
            return;
        case Expect::Key:
            if (c != '"')
                return fail(tr("A name in quotes should be here"));
            readString();
            m_expect = Expect::Colon;
            return;
        case Expect::Colon:
            if (c != ':')
                return fail(tr("A colon should be here"));
            m_out += ": ";
            ++m_at;
            m_expect = Expect::Value;
            return;
        case Expect::CommaOrEnd:
            return readCommaOrEnd(c);
        case Expect::Value:
            return readValue(c);
        case Expect::Nothing:
            return;
        }
    }

    void readCommaOrEnd(char c)
    {
        const bool inObject = m_open.back() == '{';
        if (c == ',') {
            m_out += ',';
            newLine();
            ++m_at;
            m_expect = inObject ? Expect::Key : Expect::Value;
        } else if (c == (inObject ? '}' : ']')) {
            newLine(-1);
            m_out += c;
            close();
        } else {
            fail(tr("A comma or the closing bracket should be here"));
        }
    }

    void readValue(char c)
    {
        if (c == '{' || c == '[') {
            if (m_open.size() >= DeepestNesting)
                return fail(tr("Nested deeper than %1 levels").arg(DeepestNesting));
            m_open += c;
            m_out += c;
            ++m_at;
            m_expect = c == '{' ? Expect::KeyOrEnd : Expect::ValueOrEnd;
            return;
        }
        if (c == '"')
            readString();
        else if (!readWord() && m_error.isEmpty())
            readNumber();
        valueDone();
    }

    void close()
    {
        ++m_at;
        m_open.chop(1);
        valueDone();
    }

    void valueDone() { m_expect = m_open.isEmpty() ? Expect::Nothing : Expect::CommaOrEnd; }

    // Kombu writes and reads NaN and the infinities.
    bool readWord()
    {
        for (const char *word : {"true", "false", "null", "NaN", "Infinity", "-Infinity"}) {
            const QByteArrayView view(word);
            if (m_in.sliced(m_at).startsWith(view)) {
                m_out += view;
                m_at += view.size();
                return true;
            }
        }
        return false;
    }

    void readNumber()
    {
        const qsizetype start = m_at;
        const auto digits = [this] {
            const qsizetype first = m_at;
            while (m_at < m_in.size() && isDigit(m_in[m_at]))
                ++m_at;
            return m_at - first;
        };
        const auto take = [this](QByteArrayView any) {
            const bool hit = m_at < m_in.size() && any.contains(m_in[m_at]);
            m_at += hit;
            return hit;
        };
        take("-");
        bool valid = digits() > 0;
        if (valid && take("."))
            valid = digits() > 0;
        if (valid && take("eE")) {
            take("+-");
            valid = digits() > 0;
        }
        const bool cut = m_at >= m_in.size() && m_end == JsonEnd::MayBeCut;
        if (!valid && !cut) {
            m_at = start;
            return fail(tr("This is not a JSON value"));
        }
        m_out += m_in.sliced(start, m_at - start);
    }

    void readString()
    {
        m_out += '"';
        for (++m_at; m_at < m_in.size(); ++m_at) {
            const char c = m_in[m_at];
            if (c == '"') {
                m_out += '"';
                ++m_at;
                return;
            }
            if (static_cast<unsigned char>(c) < 0x20)
                return fail(tr("A control character inside a text"));
            if (c != '\\')
                m_out += c;
            else if (!readEscape())
                return;
        }
        if (m_end == JsonEnd::Complete)
            fail(tr("A text is not closed"));
    }

    // \u escapes of letters are shown as letters: Python escapes everything that is not ASCII.
    bool readEscape()
    {
        if (m_at + 1 >= m_in.size()) {
            m_at = m_in.size() - 1;
            return true;
        }
        if (m_in[m_at + 1] != 'u') {
            if (!QByteArrayView("\"\\/bfnrt").contains(m_in[m_at + 1])) {
                fail(tr("An unknown escape inside a text"));
                return false;
            }
            m_out += m_in.sliced(m_at, 2);
            ++m_at;
            return true;
        }
        char32_t code = 0;
        qsizetype length = readUnit(m_at, &code);
        if (length == 0) {
            if (m_at + 6 > m_in.size() && m_end == JsonEnd::MayBeCut) {
                m_at = m_in.size() - 1;
                return true;
            }
            fail(tr("An unknown escape inside a text"));
            return false;
        }
        char32_t low = 0;
        if (QChar::isHighSurrogate(code) && readUnit(m_at + 6, &low)
            && QChar::isLowSurrogate(low)) {
            code = QChar::surrogateToUcs4(char16_t(code), char16_t(low));
            length = 12;
        }
        if (QChar::isPrint(code) && !QChar::isSurrogate(code) && code != '"' && code != '\\')
            m_out += QString::fromUcs4(&code, 1).toUtf8();
        else
            m_out += m_in.sliced(m_at, length);
        m_at += length - 1;
        return true;
    }

    qsizetype readUnit(qsizetype at, char32_t *code) const
    {
        if (at + 6 > m_in.size() || m_in[at] != '\\' || m_in[at + 1] != 'u')
            return 0;
        bool ok = false;
        *code = m_in.sliced(at + 2, 4).toUShort(&ok, 16);
        return ok ? 6 : 0;
    }

    void skipSpace()
    {
        while (m_at < m_in.size() && isSpace(m_in[m_at]))
            ++m_at;
    }

    void newLine(int levels = 0)
    {
        m_out += '\n';
        m_out.append((m_open.size() + levels) * IndentWidth, ' ');
    }

    void fail(const QString &why) { m_error = why; }

    QByteArrayView m_in;
    JsonEnd m_end;
    qsizetype m_at = 0;
    QByteArray m_out;
    QByteArray m_open; // one bracket a level
    QString m_error;
    Expect m_expect = Expect::Value;
};

} // namespace

FormattedJson formatJson(QByteArrayView input, JsonEnd end)
{
    if (input.startsWith("\xEF\xBB\xBF"))
        input = input.sliced(3);
    return JsonFormatter(input, end).run();
}

QList<QByteArrayView> jsonArrayElements(QByteArrayView input)
{
    input = input.trimmed();
    if (!input.startsWith("[") || !input.endsWith("]"))
        return {};
    QList<QByteArrayView> elements;
    qsizetype depth = 0;
    qsizetype start = 1;
    bool inText = false;
    for (qsizetype i = 0; i < input.size(); ++i) {
        const char c = input[i];
        if (inText) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                inText = false;
            continue;
        }
        if (c == '"')
            inText = true;
        else if (c == '[' || c == '{')
            ++depth;
        else if ((c == ']' || c == '}') && --depth < 0)
            return {};
        if ((c == ',' && depth == 1) || (c == ']' && depth == 0)) {
            if (const auto element = input.sliced(start, i - start).trimmed(); !element.isEmpty())
                elements.append(element);
            start = i + 1;
        }
    }
    return elements;
}

} // namespace Qombu::Inspector
