// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QSslConfiguration>
#include <QTcpServer>

#include <chrono>
#include <functional>

namespace QombuTest {
class Certificates;

struct HttpHeard
{
    QByteArray method;
    QByteArray target; // as it came: "/api/queues/%2F?page=1"
    QByteArray head; // request line and headers
    QByteArray body;
    int connection = 0; // which one it came over: 1, 2, …

    QByteArray header(const QByteArray &name) const; // empty: not there
};

// What is sent back, byte for byte.
struct HttpReply
{
    enum Ending { KeepOpen, Close, Reset };

    static HttpReply of(int status, const QByteArray &body = {},
                        const QByteArray &contentType = "application/json");
    static HttpReply raw(const QByteArray &bytes, Ending ending = KeepOpen);
    static HttpReply silence() { return raw({}); }

    // One more header, in front of the others: "Retry-After: 5".
    HttpReply with(const QByteArray &header) const;
    HttpReply later(std::chrono::milliseconds pause) const;
    HttpReply inPieces(qsizetype size) const; // one a turn of the event loop
    HttpReply endless(const QByteArray &more) const; // then this, as long as somebody reads

    QByteArray bytes;
    Ending ending = KeepOpen;
    std::chrono::milliseconds delay{0};
    qsizetype pieceSize = 0;
    QByteArray again;
};

// An HTTP server on a free loopback port that answers whatever its test wants, also what no server
// should: cut, slow, never, without end. It notes what it heard. Test's thread.
class HttpServer : public QTcpServer
{
public:
    using Handler = std::function<HttpReply(const HttpHeard &)>;

    explicit HttpServer(Handler handler = {});
    ~HttpServer() override;

    [[nodiscard]] bool start(); // on http
    // On https; name is that of a certificate of makecertificates.
    [[nodiscard]] bool startTls(const Certificates &certificates, const char *name = "server");
    void setHandler(Handler handler) { m_handler = std::move(handler); }
    void setTls(const QSslConfiguration &tls) { m_tls = tls; }

    QUrl url(const QString &path = {}) const; // "http://localhost:port/path"
    const QList<HttpHeard> &heard() const { return m_heard; }
    QByteArrayList targets() const; // of all that was heard
    int connections() const { return m_connections; } // so far
    int open() const { return int(m_open.size()); }
    qint64 sent() const { return m_sent; } // bytes that left, without TLS' own
    void closeAll(); // the connections, not the server

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    class Peer;

    Handler m_handler;
    QSslConfiguration m_tls;
    QList<HttpHeard> m_heard;
    QList<Peer *> m_open;
    int m_connections = 0;
    qint64 m_sent = 0;
};

} // namespace QombuTest
