// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "net/bytestream.h"
#include "net/endpoint.h"
#include "net/posixsocket.h"
#include "net/writequeue.h"

#include <Qombu/hub.h>

#include <memory>

namespace Qombu {
class Connector;

// A ByteStream over TCP or a unix socket, on the Hub's readers and writers. Hub's thread; owned by
// whoever listens, who may delete it in any call.
class FdStream final : public ByteStream
{
public:
    static constexpr auto DefaultConnectTimeout = std::chrono::seconds(5);

    FdStream(Hub *hub, const Endpoint &endpoint, ByteStreamListener *listener,
             Hub::Duration connectTimeout = DefaultConnectTimeout);
    // Takes over a connected socket; name is for people.
    FdStream(Hub *hub, int descriptor, const QString &name, ByteStreamListener *listener);
    ~FdStream() override;

    void open() override;
    void write(const QByteArray &bytes) override;
    void setReading(bool on) override;
    qint64 bytesToWrite() const override { return m_output.bytes(); }

private:
    enum class State { New, Connecting, Open, Closed };

    // Tells after a call to the listener whether the stream has gone in it, or failed.
    class Guard;

    void connected(PosixSocket socket);
    void updateReader();
    void receive();
    bool deliver(QByteArrayView bytes);
    int sendQueued();
    void continueSending();
    void failToWrite(int error);
    void fail(const QString &reason, int error);
    void failWith(const Error &error);
    void releaseSocket();

    Hub *const m_hub;
    const QString m_name;
    ByteStreamListener *const m_listener;
    std::unique_ptr<Connector> m_connector;
    PosixSocket m_socket;
    WriteQueue m_output;
    std::unique_ptr<char[]> m_input;
    HubHandle m_soon;
    std::shared_ptr<char> m_alive = std::make_shared<char>();
    State m_state = State::New;
    bool m_isReading = true; // wanted
    bool m_hasReader = false;
    bool m_hasWriter = false;
    bool m_isDelivering = false;
};

} // namespace Qombu
