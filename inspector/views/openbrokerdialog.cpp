// SPDX-License-Identifier: BSD-3-Clause
#include "views/openbrokerdialog.h"

#include "views/theme.h"

#include <QtWidgets/qboxlayout.h>
#include <QtWidgets/qcombobox.h>
#include <QtWidgets/qdialogbuttonbox.h>
#include <QtWidgets/qformlayout.h>
#include <QtWidgets/qlineedit.h>
#include <QtWidgets/qpushbutton.h>

namespace Qombu::Inspector {

OpenBrokerDialog::OpenBrokerDialog(const QStringList &recentUrls, QWidget *parent)
    : QDialog(parent)
    , m_url(new QComboBox)
    , m_password(new QLineEdit)
    , m_environment(new QComboBox)
    , m_message(new PlainLabel)
{
    setObjectName(QStringLiteral("openBrokerDialog"));
    setWindowTitle(tr("Open broker"));
    m_url->setObjectName(QStringLiteral("brokerUrl"));
    m_url->setEditable(true);
    m_url->addItems(recentUrls);
    m_url->lineEdit()->setPlaceholderText(QStringLiteral("redis://localhost:6379/0"));
    m_password->setObjectName(QStringLiteral("brokerPassword"));
    m_password->setEchoMode(QLineEdit::Password);
    m_password->setPlaceholderText(tr("only if the broker wants one; it is not stored"));
    for (const auto environment : {Environment::None, Environment::Development,
                                   Environment::Staging, Environment::Production}) {
        const QString name = Theme::environmentName(environment);
        m_environment->addItem(name.isEmpty() ? tr("None") : name, int(environment));
    }
    m_message->setWordWrap(true);
    m_message->setMinimumHeight(fontMetrics().lineSpacing() * 2);
    auto *form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&URL"), m_url);
    form->addRow(tr("&Password"), m_password);
    form->addRow(tr("&Environment"), m_environment);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    m_open = buttons->addButton(tr("Open"), QDialogButtonBox::AcceptRole);
    m_open->setObjectName(QStringLiteral("openButton"));
    buttons->button(QDialogButtonBox::Cancel)->setAutoDefault(false);
    m_open->setDefault(true);
    auto *layout = new QVBoxLayout(this);
    layout->addLayout(form);
    layout->addWidget(m_message);
    layout->addStretch(1);
    layout->addWidget(buttons);
    setMinimumWidth(520);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_url, &QComboBox::editTextChanged, this, &OpenBrokerDialog::check);
    check();
}

void OpenBrokerDialog::setUrl(const QString &urlWithoutPassword, Environment environment)
{
    m_url->setEditText(urlWithoutPassword);
    m_environment->setCurrentIndex(m_environment->findData(int(environment)));
}

void OpenBrokerDialog::askForPassword(const QString &reason)
{
    m_message->setTone(Theme::Tone::Danger);
    m_message->setText(reason);
    m_password->setFocus();
}

BrokerUrl OpenBrokerDialog::url() const
{
    const BrokerUrl url(m_url->currentText().trimmed());
    return m_password->text().isEmpty() ? url : url.withPassword(m_password->text());
}

Environment OpenBrokerDialog::environment() const
{
    return Environment(m_environment->currentData().toInt());
}

void OpenBrokerDialog::check()
{
    const QString text = m_url->currentText().trimmed();
    const Error error = text.isEmpty() ? Error() : BrokerUrl(text).error();
    m_message->setTone(error.isError() ? Theme::Tone::Danger : Theme::Tone::Muted);
    m_message->setText(
        error.isError()
            ? error.text()
            : tr("Examples: redis://host:6379/0, redis+socket:///run/redis.sock, memory://demo"));
    m_open->setEnabled(!text.isEmpty() && !error.isError());
}

} // namespace Qombu::Inspector
