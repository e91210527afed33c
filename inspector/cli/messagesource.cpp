// SPDX-License-Identifier: BSD-3-Clause
#include "messagesource.h"

#include "json.h"
#include "text.h"

#include <unistd.h>

namespace {

constexpr qint64 LongestBody = 128 << 20;
constexpr qint64 LinePieceSize = 64 << 10;

// At most a little more than the longest body. In pieces: QIODevice::readLine() allocates all that
// a line may have before it reads one.
QByteArray readLine(QIODevice &input)
{
    QByteArray line;
    while (line.size() <= LongestBody + 2) {
        const QByteArray piece = input.readLine(LinePieceSize);
        line += piece;
        if (piece.isEmpty() || piece.endsWith('\n'))
            break;
    }
    return line;
}

void chopLineEnd(QByteArray &line)
{
    if (line.endsWith('\n'))
        line.chop(1);
    if (line.endsWith('\r'))
        line.chop(1);
}

} // namespace

UsageError MessageSource::check(const QByteArray &body, const QString &place) const
{
    const QString fate =
        m_stream ? Text::tr("only the lines before it were sent") : Text::tr("nothing was sent");
    if (body.size() > LongestBody)
        return Text::tr("%1 is larger than 128 MiB; %2.").arg(place, fate);
    if (m_format == Json) {
        if (const auto parsed = parseJson(body); !parsed)
            return Text::tr("%1 is not JSON (%2); %3. For plain text use --serializer text.")
                .arg(place, parsed.error().text(), fate);
    }
    if (m_format == Text && !QUtf8StringView(body).isValidUtf8())
        return Text::tr("%1 is not UTF-8 text; %2. For bytes use --serializer raw.")
            .arg(place, fate);
    return {};
}

UsageError MessageSource::setBody(const QString &body)
{
    // The shell's bytes that are no text have been replaced by now.
    if (body.contains(QChar::ReplacementCharacter))
        return Text::tr("BODY is not UTF-8 text; nothing was sent. Send bytes with --file.");
    m_body = body.toUtf8();
    return check(m_body, Text::tr("BODY"));
}

UsageError MessageSource::setFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Text::tr("Cannot read %1: %2.").arg(path, file.errorString());
    m_body = file.read(LongestBody + 1);
    return check(m_body, path);
}

UsageError MessageSource::setLines(const QString &path)
{
    if (path == QLatin1String("-")) {
        if (m_count == 1 && LineStream::canRead(STDIN_FILENO)) {
            m_stream = std::make_unique<LineStream>(STDIN_FILENO);
            return {};
        }
        QFile input;
        if (!m_spool.open() || !input.open(0, QIODevice::ReadOnly))
            return Text::tr("Cannot read stdin.");
        m_lines = &m_spool;
        return checkLines(input, &m_spool);
    }
    m_file.setFileName(path);
    if (!m_file.open(QIODevice::ReadOnly))
        return Text::tr("Cannot read %1: %2.").arg(path, m_file.errorString());
    if (m_count == 1 && LineStream::canRead(m_file.handle())) {
        m_stream = std::make_unique<LineStream>(m_file.handle());
        return {};
    }
    m_lines = &m_file;
    // A pipe (process substitution) cannot be read a second time.
    if (m_file.isSequential()) {
        if (!m_spool.open())
            return Text::tr("Cannot make a temporary file.");
        m_lines = &m_spool;
        return checkLines(m_file, &m_spool);
    }
    return checkLines(m_file, nullptr);
}

UsageError MessageSource::checkLines(QFile &input, QIODevice *spool)
{
    qint64 number = 0;
    for (;;) {
        QByteArray line = readLine(input);
        if (line.isEmpty())
            break;
        ++number;
        if (spool && spool->write(line) != line.size())
            return Text::tr("The temporary file is full.");
        chopLineEnd(line);
        const UsageError error = check(line, Text::tr("Line %1").arg(number));
        if (!error.isEmpty())
            return error;
    }
    m_lineCount = number;
    m_lines->seek(0);
    return {};
}

std::optional<QByteArray> MessageSource::next()
{
    if (m_isAtEnd)
        return std::nullopt;
    auto body = m_stream ? nextOfStream() : nextOfAll();
    m_isAtEnd = m_stream ? m_stream->isAtEnd() || !m_error.isEmpty() : !body;
    m_taken += body ? 1 : 0;
    return body;
}

std::optional<qint64> MessageSource::rest() const
{
    if (m_isAtEnd)
        return 0;
    if (m_stream)
        return std::nullopt;
    return m_count * (m_lines ? m_lineCount : 1) - m_taken;
}

std::optional<QByteArray> MessageSource::nextOfStream()
{
    auto body = m_stream->next(LongestBody);
    if (body)
        m_error = check(*body, Text::tr("Line %1").arg(++m_line));
    return m_error.isEmpty() ? body : std::nullopt;
}

std::optional<QByteArray> MessageSource::nextOfAll()
{
    if (!m_lines) {
        if (m_round++ >= m_count)
            return std::nullopt;
        return m_body;
    }
    while (m_round < m_count) {
        QByteArray line = readLine(*m_lines);
        if (!line.isEmpty()) {
            chopLineEnd(line);
            return line;
        }
        ++m_round;
        m_lines->seek(0);
    }
    return std::nullopt;
}
