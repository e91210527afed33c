// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "app/commandline.h"
#include "broker/brokersession.h"
#include "profiles/settings.h"

#include <QtCore/qobject.h>

#include <memory>

namespace Qombu::Inspector {
class MainWindow;
class SampleTraffic;

// Puts the program together: settings, session, window, and the sample traffic of the demo broker.
// The only place where the parts meet.
class Application : public QObject
{
    Q_OBJECT
public:
    explicit Application(const CommandLine &line);
    ~Application() override;

    void start();
    BrokerSession *session() { return &m_session; }
    MainWindow *window() { return m_window.get(); }

private:
    void startDemo(const BrokerUrl &url);
    void takeScreenshot();

    CommandLine m_line;
    Settings m_settings;
    std::unique_ptr<SampleTraffic> m_traffic;
    BrokerSession m_session;
    std::unique_ptr<MainWindow> m_window;
};

} // namespace Qombu::Inspector
