// SPDX-License-Identifier: BSD-3-Clause
#include "support/httpserver.h"

#include "support/certificates.h"

#include <QFile>
#include <QSslKey>
#include <QSslSocket>
#include <QTimer>
#include <QUrl>

namespace QombuTest {
namespace {

constexpr qint64 SentAhead = 64 * 1024;

} // namespace

QByteArray HttpHeard::header(const QByteArray &name) const
{
    const QByteArray wanted = name.toLower() + ':';
    for (const QByteArray &line : head.split('\n')) {
        if (line.toLower().startsWith(wanted))
            return line.mid(wanted.size()).trimmed();
    }
    return {};
}

HttpReply HttpReply::of(int status, const QByteArray &body, const QByteArray &contentType)
{
    return raw("HTTP/1.1 " + QByteArray::number(status) + " Said\r\nContent-Type: " + contentType
               + "\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body);
}

HttpReply HttpReply::raw(const QByteArray &bytes, Ending ending)
{
    HttpReply reply;
    reply.bytes = bytes;
    reply.ending = ending;
    return reply;
}

HttpReply HttpReply::with(const QByteArray &header) const
{
    HttpReply reply = *this;
    reply.bytes.insert(reply.bytes.indexOf("\r\n") + 2, header + "\r\n");
    return reply;
}

HttpReply HttpReply::later(std::chrono::milliseconds pause) const
{
    HttpReply reply = *this;
    reply.delay = pause;
    return reply;
}

HttpReply HttpReply::inPieces(qsizetype size) const
{
    HttpReply reply = *this;
    reply.pieceSize = size;
    return reply;
}

HttpReply HttpReply::endless(const QByteArray &more) const
{
    HttpReply reply = *this;
    reply.again = more;
    return reply;
}

// One connection: hears a request, answers it, and only then hears the next.
class HttpServer::Peer : public QObject
{
public:
    Peer(HttpServer *server, QTcpSocket *socket, int number)
        : QObject(server)
        , m_server(server)
        , m_socket(socket)
        , m_number(number)
    {
        socket->setParent(this);
        connect(socket, &QTcpSocket::readyRead, this, [this] { hear(); });
        connect(socket, &QTcpSocket::bytesWritten, this, [this](qint64 count) {
            m_server->m_sent += count;
            write();
        });
        connect(socket, &QTcpSocket::disconnected, this, [this] {
            m_state = State::Over;
            m_server->m_open.removeOne(this);
            deleteLater();
        });
    }

    void close() { m_socket->disconnectFromHost(); }

private:
    enum class State { Hearing, Thinking, Writing, Over };

    void hear()
    {
        m_input += m_socket->readAll();
        const qsizetype end = m_input.indexOf("\r\n\r\n");
        if (m_state == State::Hearing && m_input.startsWith('\x16')) // TLS
            return answer(HttpReply::raw("HTTP/1.1 400 Bad Request\r\n\r\n", HttpReply::Close));
        if (m_state != State::Hearing || end < 0)
            return;
        HttpHeard heard;
        heard.head = m_input.first(end + 2);
        const qsizetype size = end + 4 + heard.header("Content-Length").toLongLong();
        if (m_input.size() < size)
            return;
        const QByteArrayList words = heard.head.first(heard.head.indexOf('\r')).split(' ');
        heard.method = words.value(0);
        heard.target = words.value(1);
        heard.body = m_input.first(size).mid(end + 4);
        heard.connection = m_number;
        m_input.remove(0, size);
        m_server->m_heard << heard;
        answer(m_server->m_handler ? m_server->m_handler(heard) : HttpReply::of(200));
    }

    void answer(const HttpReply &reply)
    {
        m_state = State::Thinking;
        m_reply = reply;
        QTimer::singleShot(reply.delay, this, [this] {
            if (m_state == State::Thinking) {
                m_state = State::Writing;
                write();
            }
        });
    }

    void write()
    {
        if (m_state != State::Writing || m_socket->bytesToWrite() > SentAhead)
            return;
        while (!m_reply.again.isEmpty() && m_reply.bytes.size() < SentAhead)
            m_reply.bytes += m_reply.again;
        const qsizetype most = m_reply.pieceSize > 0 ? m_reply.pieceSize : SentAhead;
        m_socket->write(m_reply.bytes.first(std::min(most, m_reply.bytes.size())));
        m_reply.bytes.remove(0, std::min(most, m_reply.bytes.size()));
        if (m_reply.bytes.isEmpty())
            end();
    }

    void end()
    {
        m_state = m_reply.ending == HttpReply::KeepOpen ? State::Hearing : State::Over;
        if (m_reply.ending == HttpReply::Close) {
            m_socket->disconnectFromHost();
        } else if (m_reply.ending == HttpReply::Reset) {
            m_socket->flush();
            m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
            m_socket->abort();
        } else {
            hear();
        }
    }

    HttpServer *m_server;
    QTcpSocket *m_socket;
    int m_number;
    QByteArray m_input;
    HttpReply m_reply;
    State m_state = State::Hearing;
};

HttpServer::HttpServer(Handler handler)
    : m_handler(std::move(handler))
{
}

HttpServer::~HttpServer()
{
    for (Peer *peer : std::exchange(m_open, {}))
        delete peer;
}

bool HttpServer::start()
{
    return listen(QHostAddress::LocalHost);
}

bool HttpServer::startTls(const Certificates &certificates, const char *name)
{
    const QString path = certificates.path(name);
    QFile key(path + u".key");
    if (!key.open(QIODevice::ReadOnly))
        return false;
    m_tls.setLocalCertificateChain(QSslCertificate::fromPath(path + u".pem"));
    m_tls.setPrivateKey(QSslKey(&key, QSsl::Ec));
    return start();
}

QUrl HttpServer::url(const QString &path) const
{
    QUrl result;
    result.setScheme(m_tls.isNull() ? QStringLiteral("http") : QStringLiteral("https"));
    result.setHost(QStringLiteral("localhost"));
    result.setPort(serverPort());
    result.setPath(path);
    return result;
}

QByteArrayList HttpServer::targets() const
{
    QByteArrayList result;
    for (const HttpHeard &heard : m_heard)
        result << heard.target;
    return result;
}

void HttpServer::closeAll()
{
    for (Peer *peer : QList(m_open))
        peer->close();
}

void HttpServer::incomingConnection(qintptr descriptor)
{
    auto *const socket = m_tls.isNull() ? new QTcpSocket : new QSslSocket;
    m_open << new Peer(this, socket, ++m_connections);
    socket->setSocketDescriptor(descriptor);
    if (auto *const encrypted = qobject_cast<QSslSocket *>(socket)) {
        encrypted->setSslConfiguration(m_tls);
        encrypted->startServerEncryption();
    }
}

} // namespace QombuTest
