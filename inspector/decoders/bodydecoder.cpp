// SPDX-License-Identifier: BSD-3-Clause
#include "decoders/bodydecoder.h"

#include "decoders/hexdump.h"
#include "decoders/jsonformat.h"

#include <QtCore/qcoreapplication.h>
#include <QtCore/qstringconverter.h>

namespace Qombu::Inspector {
namespace {

// "\\u6d77" becomes its letter, for previews: Python escapes everything that is not ASCII.
void unescapeLetters(QString &text)
{
    for (qsizetype at = text.indexOf(u"\\u"); at >= 0; at = text.indexOf(u"\\u", at + 1)) {
        bool ok = false;
        const QChar letter(QStringView(text).mid(at + 2, 4).toUShort(&ok, 16));
        if (ok && (letter.isPrint() || letter.isSurrogate()) && letter != u'"' && letter != u'\\')
            text.replace(at, 6, letter);
    }
}

constexpr qsizetype HexLimit = 16 * 1024;

// Chooses how to show one body. Plain class, lives for one call.
class BodyDecoder
{
    Q_DECLARE_TR_FUNCTIONS(BodyDecoder)
public:
    BodyDecoder(const BodySource &source, qsizetype limit)
        : m_source(source)
        , m_type(source.contentType.section(u';', 0, 0).trimmed().toLower())
        , m_part(QByteArrayView(source.bytes).first(qMin(limit, source.bytes.size())))
    {
        if (source.compressed)
            m_body.chain.append(tr("compressed"));
        m_body.totalBytes = source.bytes.size();
        m_body.shownBytes = m_part.size();
    }

    DecodedBody run()
    {
        if (looksLikePickle(m_source.bytes, m_type))
            refusePickle();
        else if (!m_source.error.isEmpty())
            fail(m_source.error);
        else if (m_source.bytes.isEmpty())
            m_body.kind = DecodedBody::Empty;
        else if (m_type.contains(u"json"))
            readJson();
        else if (m_type.startsWith(u"text/"))
            readText();
        else
            detect();
        return m_body;
    }

private:
    void refusePickle()
    {
        m_body.kind = DecodedBody::Refused;
        m_body.chain.append(QStringLiteral("pickle"));
        m_body.note = tr("Refused: a pickle is a program that runs when it is loaded. "
                         "Its bytes are shown as they are.");
        showHex();
    }

    void fail(const QString &why)
    {
        m_body.kind = DecodedBody::Failed;
        m_body.note = why;
        if (const auto text = utf8(); text && !hasControlCharacters(*text))
            m_body.text = *text;
        else
            showHex();
    }

    void readJson()
    {
        if (!utf8())
            return fail(tr("The content type says JSON, but the bytes are not UTF-8."));
        const bool cut = m_part.size() < m_source.bytes.size();
        const FormattedJson json = formatJson(m_part, cut ? JsonEnd::MayBeCut : JsonEnd::Complete);
        if (!json.isOk()) {
            return fail(tr("The content type says JSON, but it is not: %1 (byte %2).")
                            .arg(json.error, QString::number(json.errorOffset)));
        }
        m_body.kind = DecodedBody::Json;
        m_body.chain.append(QStringLiteral("JSON"));
        m_body.text = json.text;
    }

    void readText()
    {
        const auto text = decoded();
        if (!text)
            return fail(tr("The bytes are not text in the encoding \"%1\".").arg(encodingName()));
        m_body.kind = DecodedBody::Text;
        m_body.chain.append(encodingName());
        m_body.text = *text;
    }

    // The content type says nothing we know: look at the bytes.
    void detect()
    {
        const auto text = utf8();
        if (!text || hasControlCharacters(*text)) {
            m_body.kind = DecodedBody::Binary;
            m_body.chain.append(tr("binary"));
            return showHex();
        }
        const bool cut = m_part.size() < m_source.bytes.size();
        const auto start = m_part.trimmed();
        if (start.startsWith("{") || start.startsWith("[")) {
            const FormattedJson json =
                formatJson(m_part, cut ? JsonEnd::MayBeCut : JsonEnd::Complete);
            if (json.isOk()) {
                m_body.kind = DecodedBody::Json;
                m_body.chain.append(QStringLiteral("JSON"));
                m_body.note = tr("Recognised by its bytes: the content type does not say JSON.");
                m_body.text = json.text;
                return;
            }
        }
        m_body.kind = DecodedBody::Text;
        m_body.chain.append(QStringLiteral("utf-8"));
        m_body.text = *text;
    }

    void showHex()
    {
        m_body.shownBytes = qMin(m_part.size(), HexLimit);
        m_body.text = hexDump(m_part, HexLimit);
        m_body.isHexDump = true;
    }

    QString encodingName() const
    {
        return m_source.contentEncoding.isEmpty() ? QStringLiteral("utf-8")
                                                  : m_source.contentEncoding.toLower();
    }

    std::optional<QString> decoded() const
    {
        const auto encoding =
            QStringConverter::encodingForName(encodingName().toLatin1().constData());
        return decode(encoding.value_or(QStringConverter::Utf8));
    }

    std::optional<QString> utf8() const { return decode(QStringConverter::Utf8); }

    std::optional<QString> decode(QStringConverter::Encoding encoding) const
    {
        // Stateful: a character that we cut in two is no error.
        const bool cut = m_part.size() < m_source.bytes.size();
        QStringDecoder decoder(
            encoding, cut ? QStringConverter::Flag::Default : QStringConverter::Flag::Stateless);
        QString text = decoder.decode(m_part);
        if (decoder.hasError())
            return std::nullopt;
        return text;
    }

    static bool hasControlCharacters(const QString &text)
    {
        return std::any_of(text.cbegin(), text.cend(), [](QChar c) {
            return c.unicode() < 0x20 && c != u'\n' && c != u'\r' && c != u'\t';
        });
    }

    const BodySource &m_source;
    const QString m_type;
    const QByteArrayView m_part;
    DecodedBody m_body;
};

} // namespace

bool looksLikePickle(const QByteArray &bytes, const QString &contentType)
{
    if (contentType.contains(u"python-serialize") || contentType.contains(u"pickle"))
        return true;
    // Protocols 2 to 5 begin with PROTO and end with STOP.
    return bytes.size() > 3 && bytes.at(0) == '\x80' && bytes.at(1) >= 2 && bytes.at(1) <= 5
        && bytes.endsWith('.');
}

DecodedBody decodeBody(const BodySource &source, qsizetype limit)
{
    return BodyDecoder(source, limit).run();
}

QString bodyPreview(const BodySource &source, int maximumCharacters)
{
    if (looksLikePickle(source.bytes, source.contentType))
        return QCoreApplication::translate("BodyDecoder", "pickle, not decoded");
    // A character takes at most four bytes; a \u escape six.
    const qsizetype bytes = qMin(source.bytes.size(), qsizetype(maximumCharacters) * 6);
    QStringDecoder decoder(QStringConverter::Utf8);
    QString text = decoder.decode(QByteArrayView(source.bytes).first(bytes));
    if (decoder.hasError()) {
        const int count = int(qMin<qsizetype>(source.bytes.size(), INT_MAX));
        return QCoreApplication::translate("BodyDecoder", "binary, %n byte(s)", nullptr, count);
    }
    unescapeLetters(text);
    const bool cut = text.size() > maximumCharacters || bytes < source.bytes.size();
    text.truncate(maximumCharacters);
    for (QChar &c : text) {
        if (c == u'\n' || c == u'\t' || c == u'\r')
            c = u' ';
        else if (!c.isPrint() && !c.isSurrogate())
            c = QChar(0x00b7);
    }
    return cut ? text + QChar(0x2026) : text;
}

} // namespace Qombu::Inspector
